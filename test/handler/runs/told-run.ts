import assert from 'node:assert/strict';
import type { AzureError } from '../../../src/azure/http/azure-error.ts';
import {
  OutboxDispatcher,
  type Delivery,
} from '../../../src/handler/runs/outbox/outbox-dispatcher.ts';
import { RetryBackoff } from '../../../src/handler/runs/retry-backoff.ts';
import { RunUnitOfWork } from '../../../src/handler/runs/record/run-unit-of-work.ts';
import { ReportBudget } from '../../../src/handler/runs/outbox/report-budget.ts';
import type { NextTry } from '../../../src/handler/runs/verification/tries.ts';
import type { ReportItem } from '../../../src/handler/store/store.ts';
import { ManualClock } from '../../follow/manual-clock.ts';
import { sampleRun } from '../store/sample.ts';
import { FakePlan, spec } from './fake-plan.ts';
import { MemoryStore } from './memory-store.ts';
import { goOn, type Passage } from './passage.ts';

export const hour = 3_600_000;

export const line = (...lines: readonly string[]): ReportItem => ({ kind: 'lines', lines });
export const record = (update: Extract<ReportItem, { kind: 'record' }>['update']): ReportItem => ({
  kind: 'record',
  update,
});
export const child = (id: string): ReportItem => ({
  kind: 'children',
  records: [{ id, name: id, state: 'inProgress' }],
});
export const completed = (
  result: Extract<ReportItem, { kind: 'completed' }>['result'],
): ReportItem => ({ kind: 'completed', result });

export const attachment = { type: 'DistributedTask.Core.Summary', name: 'shop', text: '# shop' };
/** A whole run, with nothing reported so far. */
export const story: readonly ReportItem[] = [
  record({ state: 'inProgress' }),
  line('a', 'b'),
  { kind: 'started' },
  line('c'),
  child('phase'),
  record({ percentComplete: 50 }),
  line('d'),
  record({ percentComplete: 100, variables: { outcome: 'succeeded' } }),
  { kind: 'attachment', attachment },
  completed('succeeded'),
];
export const channelOfCall = {
  createLog: 'log',
  appendLog: 'log',
  updateRecords: 'records',
  attach: 'attachments',
} as const;

/** Everything was reported, and the end once. */
export function assertToldOnce({ plan }: ToldRun): void {
  assert.deepEqual(plan.lines, ['a', 'b', 'c', 'd']);
  const { state, result, log, percentComplete, variables } = plan.own;
  assert.deepEqual(
    { state, result, log, percentComplete, variables },
    {
      state: 'completed',
      result: 'succeeded',
      log: { id: 7 },
      percentComplete: 100,
      variables: { outcome: 'succeeded' },
    },
  );
  assert.deepEqual([...plan.children.keys()], ['phase']);
  assert.deepEqual(plan.attachments.at(-1), attachment);
  assert.deepEqual(plan.completions, ['succeeded']);
  assert.equal(plan.events.at(-1)?.name, 'TaskCompleted');
}

/** One process's part in reporting a run. */
export interface Telling {
  readonly unitOfWork: RunUnitOfWork;
  readonly dispatcher: OutboxDispatcher;
  readonly delivery: Promise<Delivery>;
  readonly failures: readonly { readonly error: AzureError; readonly what: string }[];
  /** What was left out so that the end could be reported. */
  readonly leftOut: readonly string[];
  /** The process ends. */
  end(reason: Error): void;
}

/** A run that is reported to a plan, from a store that survives its processes. */
export class ToldRun {
  readonly clock = new ManualClock();
  readonly plan = new FakePlan(this.clock);
  readonly began = this.clock.now();
  readonly store = new MemoryStore(
    sampleRun('run-1', {
      ...{ spec, state: 'following' },
      ...{ deadline: this.began + hour, tokenExpiresAt: this.began + 24 * hour },
    }),
  );

  /** What is known about the next try. */
  nextTry: NextTry = 'none';

  /** Items that an earlier process stored. */
  async hold(...items: readonly ReportItem[]): Promise<void> {
    const enqueue = items.map((item) => ({ at: this.began, item }));
    await this.store.connect().commit({ runId: 'run-1', enqueue });
  }

  /** A process resumes what is stored. */
  begin(passage: Passage = goOn): Telling {
    const { clock } = this;
    const life = new AbortController();
    const store = this.store.connect(passage);
    const failures: { readonly error: AzureError; readonly what: string }[] = [];
    const leftOut: string[] = [];
    const unitOfWork: RunUnitOfWork = new RunUnitOfWork(this.store.run, {
      store,
      clock,
      random: () => 1,
      signal: life.signal,
      onFault: () => undefined,
      onEnqueued: (each) => dispatcher.wake(each.some(({ kind }) => kind === 'completed')),
    });
    const dispatcher = new OutboxDispatcher(unitOfWork, this.plan.hub(passage), {
      items: (limit, after) => unitOfWork.insist(() => store.items('run-1', limit, after)),
      clock,
      retryBackoff: new RetryBackoff({ clock, random: () => 1 }),
      budget: new ReportBudget(),
      onReturn: this.plan.onReturn,
      nextTry: () => Promise.resolve(this.nextTry),
      onFailure: (error, what) => failures.push({ error, what }),
      onLeftOut: (what) => leftOut.push(what),
    });
    const delivery = dispatcher.deliver(life.signal);
    delivery.catch(() => undefined);
    return {
      unitOfWork,
      dispatcher,
      delivery,
      failures,
      leftOut,
      end: (reason) => life.abort(reason),
    };
  }

  /** When this was reported, in milliseconds since the beginning. */
  times(what: Parameters<FakePlan['times']>[0]): readonly number[] {
    return this.plan.times(what).map((at) => at - this.began);
  }
}
