import type { ActionOutcome } from '../../actions/stored-action.ts';
import type { PipelineRun, RunReference } from '../../azure/pipelines/pipelines.ts';
import type { FollowUpReport } from '../../sync/model/follow-up-report.ts';

/** One follow-up of a step, as far as it is known; each change is told. */
export class FollowUp {
  readonly #tell: (report: FollowUpReport) => void;
  /** Resolves once it is queued, or never will be. */
  readonly settled: Promise<void>;
  #settle: () => void = () => undefined;
  report: FollowUpReport;
  /** Once it is queued. */
  run: RunReference | undefined;

  constructor(
    about: Pick<FollowUpReport, 'key' | 'rule' | 'event' | 'pipeline'>,
    tell: (report: FollowUpReport) => void,
  ) {
    this.#tell = tell;
    this.settled = new Promise((resolve) => (this.#settle = resolve));
    this.report = { ...about, state: 'waiting', run: undefined, result: undefined, message: '' };
  }

  /** It will be tried again. */
  delayed(message: string): void {
    if (message !== this.report.message) this.#change({ message });
  }

  queued(run: ActionOutcome, reference: RunReference): void {
    this.run = reference;
    this.#change({ state: 'queued', run, message: '' });
  }

  refused(message: string): void {
    this.#change({ state: 'notQueued', message });
  }

  /** The step ends before it is known whether it is queued. */
  unclear(): void {
    const { message } = this.report;
    this.#change({
      message: ['It may have been queued: no answer came.', message].join(' ').trim(),
    });
  }

  /** A look at its run. */
  seen({ name, page, state, result, id }: PipelineRun): void {
    const run = { id, name, page };
    if (state === 'completed') this.#change({ state: 'ended', run, result: result ?? 'failed' });
    else if (state !== 'notStarted') this.#change({ state: 'running', run });
  }

  /** Its run can be read no more: nobody knows how it ends. */
  lost(message: string): void {
    this.#change({ message });
  }

  /** Its run was told to end. */
  canceled(): void {
    this.#change({ state: 'ended', result: 'canceled' });
  }

  #change(change: Partial<FollowUpReport>): void {
    const before = this.report;
    this.report = { ...before, ...change };
    if (this.report.state !== 'waiting') this.#settle();
    const isNews =
      before.state !== this.report.state ||
      before.result !== this.report.result ||
      before.message !== this.report.message;
    if (isNews) this.#tell(this.report);
  }
}
