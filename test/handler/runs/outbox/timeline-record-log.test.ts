import assert from 'node:assert/strict';
import { TimelineRecordLog } from '../../../../src/handler/runs/outbox/timeline-record-log.ts';
import { RunUnitOfWork } from '../../../../src/handler/runs/record/run-unit-of-work.ts';
import { ManualClock } from '../../../follow/manual-clock.ts';
import { sampleRun } from '../../store/sample.ts';
import { failed, FakePlan } from '../fake-plan.ts';
import { MemoryStore } from '../memory-store.ts';
import { dyingAt, failing, goOn, type Passage } from '../passage.ts';

describe('The log of a record', () => {
  const { signal } = new AbortController();
  let clock: ManualClock;
  let plan: FakePlan;
  let store: MemoryStore;

  /** A process with the log as far as it knows it. */
  const begin = (passage: Passage = goOn) => {
    const unitOfWork = new RunUnitOfWork(store.run, {
      store: store.connect(passage),
      clock,
      random: () => 1,
      signal,
      onFault: () => undefined,
      onEnqueued: () => undefined,
    });
    const log = new TimelineRecordLog(unitOfWork, plan.hub(passage));
    return async (...lines: readonly string[]) => {
      await log.append(lines, [], signal);
      await unitOfWork.stored();
    };
  };
  const asked = () => plan.calls.map(({ what }) => what);

  beforeEach(() => {
    clock = new ManualClock();
    plan = new FakePlan(clock);
    store = new MemoryStore(sampleRun('run-1'));
  });

  it('is created for its first line, and not read while nothing is in doubt', async () => {
    const append = begin();
    await append('a', 'b');
    await append('c');
    assert.deepEqual(asked(), ['createLog', 'appendLog', 'appendLog']);
    assert.deepEqual(plan.lines, ['a', 'b', 'c']);
    assert.deepEqual(store.run.report.log, { id: 7, base: 0, written: 3 });
  });

  it('continues after existing lines', async () => {
    plan.lines = ['of an earlier try', 'of an earlier try'];
    await begin()('a');
    assert.deepEqual(store.run.report.log, { id: 7, base: 2, written: 1 });
    await begin()('b');
    assert.deepEqual(plan.lines?.slice(2), ['a', 'b']);
  });

  it('is counted before the first line is sent, and that is stored', async () => {
    plan.lines = ['before'];
    await begin((what) => {
      if (what === 'appendLog') assert.equal(store.run.report.log?.base, 1);
      return Promise.resolve();
    })('a');
    assert.equal(plan.lines?.length, 2);
  });

  it('is read by a process that did not write it', async () => {
    await begin()('a');
    await begin()('b');
    assert.deepEqual(asked(), ['createLog', 'appendLog', 'createLog', 'appendLog']);
    assert.deepEqual(plan.lines, ['a', 'b']);
  });

  for (const [what, stage] of [
    ['arrived', 'after'],
    ['did not arrive', 'before'],
  ] as const) {
    it(`gets each line once if some ${what} although the response was lost`, async () => {
      const append = begin(failing('appendLog', stage, failed('unclear'), 1));
      await assert.rejects(append('a', 'b'), { failure: 'unclear' });
      await append('a', 'b', 'c');
      assert.deepEqual(plan.lines, ['a', 'b', 'c']);
      assert.equal(store.run.report.log?.written, 3);
      await append('d');
      assert.deepEqual(plan.lines, ['a', 'b', 'c', 'd']);
    });
  }

  it('gets only the rest if a part of the lines arrived', async () => {
    plan.lines = ['before'];
    plan.mostLinesTaken = 1;
    const append = begin();
    await assert.rejects(append('a', 'b', 'c'), { failure: 'unclear' });
    await assert.rejects(append('a', 'b', 'c'), { failure: 'unclear' });
    await append('a', 'b', 'c');
    assert.deepEqual(plan.lines, ['before', 'a', 'b', 'c']);
  });

  it('is not written if all lines arrived', async () => {
    const append = begin(failing('appendLog', 'after', failed('unclear'), 1));
    await assert.rejects(append('a'));
    await append('a');
    assert.deepEqual(asked(), ['createLog', 'appendLog', 'createLog']);
    assert.equal(store.run.report.log?.written, 1);
  });

  it('is not in doubt after a server that only asked to wait', async () => {
    const append = begin();
    await append('a');
    plan.onCall = () => failed('throttled');
    await assert.rejects(append('b'), { failure: 'throttled' });
    plan.onCall = () => undefined;
    await append('b');
    assert.deepEqual(asked(), ['createLog', 'appendLog', 'appendLog', 'appendLog']);
    assert.deepEqual(plan.lines, ['a', 'b']);
  });

  it('is in doubt after anything else', async () => {
    const append = begin();
    await append('a');
    plan.onCall = () => failed('unauthenticated');
    await assert.rejects(append('b'), { failure: 'unauthenticated' });
    plan.onCall = () => undefined;
    await append('b');
    assert.deepEqual(asked().slice(-2), ['createLog', 'appendLog']);
  });

  it('is assumed to have none of our lines if it has fewer than it should', async () => {
    await begin()('a', 'b');
    plan.lines = [];
    await begin()('c', 'd', 'e');
    assert.deepEqual(plan.lines, ['c', 'd', 'e']);
  });

  it('has lines stored in one step with the end of their items, whenever the process ends', async () => {
    let moment = 1;
    for (; store.run.report.log?.written !== 2; moment += 1) {
      store = new MemoryStore(sampleRun('run-1'));
      const item = { kind: 'lines', lines: ['a', 'b'] } as const;
      await store.connect().commit({ runId: 'run-1', enqueue: [{ at: 0, item }] });
      const { passage } = dyingAt(moment);
      const unitOfWork = new RunUnitOfWork(store.run, {
        store: store.connect(passage),
        clock,
        random: () => 1,
        signal,
        onFault: () => undefined,
        onEnqueued: () => undefined,
      });
      void new TimelineRecordLog(unitOfWork, plan.hub(passage)).append(['a', 'b'], [1], signal);
      await clock.pass(0);
      const isWritten = store.run.report.log?.written === 2;
      assert.equal(store.items.length, isWritten ? 0 : 1, `dead at moment ${moment}`);
    }
    assert.ok(moment > 6);
  });
});
