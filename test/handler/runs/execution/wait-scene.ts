import type { PipelineRun } from '../../../../src/azure/pipelines/pipelines.ts';
import { Detachment } from '../../../../src/follow/detachment.ts';
import type { Activity } from '../../../../src/follow/settings.ts';
import type {
  RunFollowUp,
  RunFollowUps,
} from '../../../../src/handler/follow-ups/run-follow-ups.ts';
import { AwaitedFollowUps } from '../../../../src/handler/runs/execution/awaited-follow-ups.ts';
import { RunCheckpointStore } from '../../../../src/handler/runs/execution/run-checkpoint-store.ts';
import { RunUnitOfWork } from '../../../../src/handler/runs/record/run-unit-of-work.ts';
import { followUpLine } from '../../../../src/report/follow-up-words.ts';
import type { FollowUpReport } from '../../../../src/sync/model/follow-up-report.ts';
import type { ApplicationResult } from '../../../../src/sync/model/outcome.ts';
import { ManualClock } from '../../../follow/manual-clock.ts';
import { result } from '../../../report/example-results.ts';
import { application, ended, operation } from '../../../sync/sample-application.ts';
import { sampleRun } from '../../store/sample.ts';
import { spec } from '../fake-plan.ts';
import { MemoryStore } from '../memory-store.ts';
import { goOn, type Passage } from '../passage.ts';

export const path = 'shop';
const marker = 'run-1';
export const state = ended('Succeeded', {
  operation: operation({ info: [{ name: 'azure-pipelines/run', value: marker }] }),
});
const run = { id: 7, name: 'argocd-7', page: 'https://dev.azure.com/fabrikam/run/7' };
const reference = {
  ...{ organization: 'https://dev.azure.com/fabrikam', project: 'shop' },
  kind: 'yaml' as const,
};

/** A follow-up of the run's own input that waits to be queued. */
export const waiting: FollowUpReport = {
  ...{ key: 'k', rule: 'input/onSuccess/smoke', event: 'succeeded', pipeline: 'smoke' },
  ...{ state: 'waiting', run: undefined, result: undefined, message: '' },
};
export const queued: FollowUpReport = { ...waiting, state: 'queued', run };

/** One in the store whose report is given. */
export function stored(report: FollowUpReport, isUnclear = false): RunFollowUp {
  return { report, isUnclear, run: report.run && { ...reference, id: report.run.id } };
}

/** Its run, as Azure DevOps shows it. */
export function seen(change: Partial<PipelineRun> = {}): PipelineRun {
  return { ...run, state: 'completed', result: 'succeeded', ...change };
}

/** A run that waits for its follow-ups in one process after another, with one store. */
export class WaitScene {
  readonly clock = new ManualClock();
  readonly store = new MemoryStore(sampleRun('run-1', { spec, state: 'following' }));
  readonly deadline = this.clock.now() + 3_600_000;
  readonly canceled = new AbortController();
  /** What the operation has started. */
  started: readonly FollowUpReport[] = [waiting];
  /** The state of a follow-up in the store; undefined if it is not there. */
  find: (key: string) => RunFollowUp | undefined = () => stored(queued);
  /** What is seen of a run, every 5 s; the last one stays. A fault is permanent. */
  looks: readonly (PipelineRun | Error)[] = [seen()];
  readonly canceledRuns: number[] = [];
  readonly dismissed: string[] = [];
  readonly activities: Activity[] = [];
  readonly notes: string[] = [];
  onCancel: 'leave' | 'terminate' = 'terminate';
  cancelFault: Error | undefined;
  #life = new AbortController();

  /** A process resumes the run. */
  begin(passage: Passage = goOn): Promise<ApplicationResult> {
    const life = new AbortController();
    this.#life = life;
    const work = this.#work(this.store.connect(passage), passage, life.signal);
    work.catch(() => undefined);
    return work;
  }

  /** The process ends, or the run is parked. */
  detach(): void {
    this.#life.abort(new Detachment());
  }

  /** The lines that were stored for the log, in order. */
  get lines(): readonly string[] {
    return this.store.items.flatMap(({ item }) => (item.kind === 'lines' ? item.lines : []));
  }

  async #work(
    store: ReturnType<MemoryStore['connect']>,
    passage: Passage,
    life: AbortSignal,
  ): Promise<ApplicationResult> {
    const { clock } = this;
    const unitOfWork = new RunUnitOfWork(this.store.run, {
      ...{ store, clock, random: () => 1, signal: life },
      ...{ onFault: () => undefined, onEnqueued: () => undefined },
    });
    const kept = await unitOfWork.insist(() => store.checkpoints('run-1'));
    const checkpoints = new RunCheckpointStore(unitOfWork, kept);
    const known = checkpoints.recall(path)?.result;
    if (known !== undefined) return known;
    const observer = new AwaitedFollowUps({
      ...{ marker, argocd: 'prod', clock, life, checkpoints, isAsked: true },
      canceled: this.canceled.signal,
      endsOnCancel: this.onCancel === 'terminate',
      followUps: this.#followUps(passage),
      insist: (act) => unitOfWork.insist(act),
      activity: (_, activity) => this.activities.push(activity),
      tell: (progress) => {
        if (progress.kind === 'followUp') {
          unitOfWork.enqueue({ kind: 'lines', lines: [followUpLine(progress.followUp)] });
        }
        if (progress.kind === 'search' || progress.kind === 'status') {
          this.notes.push(progress.message);
        }
      },
    });
    const { deadline } = this;
    const own = { result: result(), application: application({ operationState: state }) };
    const end =
      (await observer.resumed({ path, deadline })) ??
      (await observer.ended({ ...own, operation: state, path, deadline }));
    checkpoints.end(path, end);
    await unitOfWork.stored();
    return end;
  }

  #followUps(passage: Passage): Omit<RunFollowUps, 'known'> {
    const call = async <T>(what: string, act: () => T | Promise<T>): Promise<T> => {
      await passage(what, 'before');
      const answer = await act();
      await passage(what, 'after');
      return answer;
    };
    return {
      started: () => call('started', () => this.started),
      find: (key) => call('find', () => this.find(key)),
      watch: (_, signal, tell) => call('watch', () => this.#watch(signal, tell)),
      cancel: ({ id }) =>
        call('cancel', () => {
          if (this.cancelFault !== undefined) throw this.cancelFault;
          this.canceledRuns.push(id);
        }),
      dismiss: (key) =>
        call('dismiss', () => {
          this.dismissed.push(key);
          return true;
        }),
    };
  }

  async #watch(signal: AbortSignal, tell: (run: PipelineRun) => void): Promise<PipelineRun> {
    for (let look = 0; ; look += 1) {
      signal.throwIfAborted();
      const one = this.looks[Math.min(look, this.looks.length - 1)] ?? seen();
      if (one instanceof Error) throw one;
      tell(one);
      if (one.state === 'completed') return one;
      await this.clock.sleep(5_000, signal);
    }
  }
}
