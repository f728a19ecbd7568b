import type { ActionOutcome } from '../../actions/stored-action.ts';
import type { PipelineRun, RunReference } from '../../azure/pipelines/pipelines.ts';
import { reportedRun } from '../../actions/reported-run.ts';
import { differs, type FollowUpReport } from '../../sync/model/follow-up-report.ts';

/** One follow-up of a step, and what is known of it. Reports each change. */
export class FollowUp {
  readonly #tell: (report: FollowUpReport) => void;
  /** Resolves once it is queued, or certain never to be. */
  readonly settled: Promise<void>;
  #settle: () => void = () => undefined;
  report: FollowUpReport;
  /** Present once it is queued. */
  run: RunReference | undefined;

  constructor(
    about: Pick<FollowUpReport, 'key' | 'rule' | 'event' | 'pipeline'>,
    tell: (report: FollowUpReport) => void,
  ) {
    this.#tell = tell;
    this.settled = new Promise((resolve) => (this.#settle = resolve));
    this.report = { ...about, state: 'waiting', run: undefined, result: undefined, message: '' };
  }

  /** Its last try failed; it will be retried. */
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

  /** The step ends without knowing whether it is queued. */
  unclear(): void {
    const { message } = this.report;
    this.#change({
      message: ['There was no answer: it may have been queued.', message].join(' ').trim(),
    });
  }

  /** Updates it from its run. */
  seen(run: PipelineRun): void {
    this.#change(reportedRun(run));
  }

  /** Its run can no longer be read, so its result stays unknown. */
  lost(message: string): void {
    this.#change({ message });
  }

  /** Its run was canceled. */
  canceled(): void {
    this.#change({ state: 'ended', result: 'canceled' });
  }

  #change(change: Partial<FollowUpReport>): void {
    const before = this.report;
    this.report = { ...before, ...change };
    if (this.report.state !== 'waiting') this.#settle();
    if (differs(before, this.report)) this.#tell(this.report);
  }
}
