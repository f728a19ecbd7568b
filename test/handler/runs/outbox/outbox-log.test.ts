import assert from 'node:assert/strict';
import type { RecordUpdate } from '../../../../src/azure/task-hub/task-hub.ts';
import { RunUnitOfWork } from '../../../../src/handler/runs/record/run-unit-of-work.ts';
import { OutboxLog } from '../../../../src/handler/runs/outbox/outbox-log.ts';
import { ManualClock } from '../../../follow/manual-clock.ts';
import { sampleSpec, sampleRun } from '../../store/sample.ts';
import { MemoryStore } from '../memory-store.ts';

describe('The log of a run', () => {
  let clock: ManualClock;
  let store: MemoryStore;
  let unitOfWork: RunUnitOfWork;
  let log: OutboxLog;

  /** A process with what is stored. */
  const begin = () => {
    unitOfWork = new RunUnitOfWork(store.run, {
      store: store.connect(),
      clock,
      random: () => 1,
      signal: new AbortController().signal,
      onFault: () => undefined,
      onEnqueued: () => undefined,
    });
    log = new OutboxLog(unitOfWork, clock);
  };
  const items = async () => {
    await unitOfWork.stored();
    return store.items.map(({ item }) => item);
  };
  const lines = async () =>
    (await items()).flatMap((item) => (item.kind === 'lines' ? item.lines : []));
  const updates = async () =>
    (await items()).flatMap((item) => (item.kind === 'record' ? [item.update] : []));
  const children = async (): Promise<readonly RecordUpdate[]> =>
    (await items()).flatMap((item) => (item.kind === 'children' ? item.records : []));

  beforeEach(() => {
    clock = new ManualClock();
    store = new MemoryStore(sampleRun('run-1'));
    begin();
  });

  it('starts each line with its time, like other logs of Azure Pipelines', async () => {
    log.line('one');
    await clock.pass(1_234);
    log.line('two');
    assert.deepEqual(await lines(), [
      '1970-01-01T00:16:40.0000000Z one',
      '1970-01-01T00:16:41.2340000Z two',
    ]);
  });

  it('starts each line of a multi-line text as well, since lines are counted', async () => {
    log.lines(['one\ntwo', 'three']);
    assert.deepEqual(
      (await lines()).map((line) => line.slice(29)),
      ['one', 'two', 'three'],
    );
    assert.equal((await items()).length, 1);
  });

  it('shows an issue in the log and on the page, which counts it', async () => {
    log.issue('error', 'Job/migrate failed');
    log.issue('warning', 'not pruned');
    assert.deepEqual(
      (await lines()).map((line) => line.slice(29)),
      ['##[error]Job/migrate failed', '##[warning]not pruned'],
    );
    assert.deepEqual((await updates()).at(-1), {
      issues: [
        { type: 'error', message: 'Job/migrate failed' },
        { type: 'warning', message: 'not pruned' },
      ],
      errorCount: 1,
      warningCount: 1,
    });
  });

  it('has ten issues of each type, and the others only in the log', async () => {
    for (let number = 1; number <= 12; number += 1) {
      log.issue('error', `e${number}`);
      log.issue('warning', `w${number}`);
    }
    const last = (await updates()).at(-1);
    assert.deepEqual([last?.errorCount, last?.warningCount, last?.issues?.length], [10, 10, 20]);
    assert.equal((await lines()).length, 24);
    assert.ok(!last?.issues?.some(({ message }) => message === 'e11'));
  });

  it('keeps the issues of an earlier process, since the whole list is replaced', async () => {
    log.issue('error', 'first');
    await unitOfWork.stored();
    begin();
    log.issue('error', 'second');
    assert.deepEqual(
      (await updates()).at(-1)?.issues?.map(({ message }) => message),
      ['first', 'second'],
    );
    assert.equal((await updates()).at(-1)?.errorCount, 2);
  });

  it('has a progress bar that never goes back, even after a restart', async () => {
    log.progress(10, '1 of 10 steps');
    log.progress(10, '1 of 10 steps');
    log.progress(40, '4 of 10 steps');
    await unitOfWork.stored();
    begin();
    log.progress(20, '2 of 10 steps');
    log.progress(50, '5 of 10 steps');
    assert.deepEqual(await updates(), [
      { percentComplete: 10, currentOperation: '1 of 10 steps' },
      { percentComplete: 40, currentOperation: '4 of 10 steps' },
      { percentComplete: 50, currentOperation: '5 of 10 steps' },
    ]);
  });

  it('shows next to the progress bar what is waited for', async () => {
    log.activity('Waiting for Job/migrate');
    assert.deepEqual(await updates(), [{ currentOperation: 'Waiting for Job/migrate' }]);
  });

  it('creates a child record with its name and position, and later only updates it', async () => {
    log.record({
      id: 'a',
      type: 'ArgoCD.Application',
      name: 'shop',
      order: 1,
      startTime: '2026-11-21T10:00:00.000Z',
      state: 'InProgress',
    });
    log.record({ id: 'b', parentId: 'a', type: 'ArgoCD.Phase', name: 'Sync', state: 'InProgress' });
    log.record({
      id: 'b',
      state: 'Completed',
      result: 'Succeeded',
      finishTime: '2026-11-21T10:00:09.000Z',
    });
    assert.deepEqual(await children(), [
      {
        id: 'a',
        type: 'ArgoCD.Application',
        parentId: sampleSpec.address.taskInstanceId,
        name: 'shop',
        order: 1,
        startTime: '2026-11-21T10:00:00.000Z',
        state: 'inProgress',
      },
      { id: 'b', type: 'ArgoCD.Phase', parentId: 'a', name: 'Sync', state: 'inProgress' },
      {
        id: 'b',
        state: 'completed',
        result: 'succeeded',
        finishTime: '2026-11-21T10:00:09.000Z',
      },
    ]);
  });

  for (const [state, expected] of [
    ['Pending', 'pending'],
    ['InProgress', 'inProgress'],
    ['Completed', 'completed'],
  ] as const) {
    it(`says ${expected} for ${state}`, async () => {
      log.record({ id: 'a', state });
      assert.equal((await children())[0]?.state, expected);
    });
  }

  for (const [result, expected] of [
    ['Succeeded', 'succeeded'],
    ['SucceededWithIssues', 'succeededWithIssues'],
    ['Failed', 'failed'],
    ['Canceled', 'canceled'],
    ['Skipped', 'skipped'],
    ['Abandoned', 'abandoned'],
  ] as const) {
    it(`says ${expected} for ${result}`, async () => {
      log.record({ id: 'a', state: 'Completed', result });
      assert.equal((await children())[0]?.result, expected);
    });
  }

  it('has no children if the server does not accept them', async () => {
    const { report } = store.run;
    store.run = { ...store.run, report: { ...report, isWithoutChildren: true } };
    begin();
    log.record({ id: 'a', type: 'ArgoCD.Application', name: 'shop', state: 'InProgress' });
    assert.deepEqual(await items(), []);
  });

  it('forms one step with everything recorded in the same turn', async () => {
    log.issue('error', 'a');
    log.progress(100, 'failed');
    unitOfWork.change({ message: 'm' });
    await unitOfWork.stored();
    assert.equal(store.steps.length, 1);
    assert.equal(store.run.report.percent, 100);
    assert.equal(store.run.report.issues.length, 1);
  });
});
