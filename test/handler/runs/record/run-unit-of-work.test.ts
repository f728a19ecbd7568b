import assert from 'node:assert/strict';
import type { Run } from '../../../../src/handler/run.ts';
import {
  RunUnitOfWork,
  type UnitOfWorkPorts,
} from '../../../../src/handler/runs/record/run-unit-of-work.ts';
import { StoreError, type ReportItem } from '../../../../src/handler/store/store.ts';
import { ManualClock, settle } from '../../../follow/manual-clock.ts';
import { sampleCheckpoint, samplePlan, sampleRun, storeFolder } from '../../store/sample.ts';
import { SqliteStore } from '../../../../src/handler/store/sqlite/sqlite-store.ts';
import { result } from '../../../report/example-results.ts';
import { MemoryStore } from '../memory-store.ts';
import { failing, type Passage } from '../passage.ts';

const diskFull = new StoreError('The store: the disk is full.');
const line = (text: string): ReportItem => ({ kind: 'lines', lines: [text] });

describe('The unit of work of a run', () => {
  let clock: ManualClock;
  let store: MemoryStore;
  let faults: StoreError[];
  let rung: number;
  let life: AbortController;

  const portsOf = (to: UnitOfWorkPorts['store']): UnitOfWorkPorts => ({
    store: to,
    clock,
    random: () => 1,
    signal: life.signal,
    onFault: (fault) => faults.push(fault),
    onEnqueued: () => (rung += 1),
  });
  const begin = (passage?: Passage, run: Run = store.run) =>
    new RunUnitOfWork(run, portsOf(store.connect(passage)));
  const texts = () =>
    store.items.map(({ item }) => (item.kind === 'lines' ? item.lines.join() : item.kind));

  beforeEach(() => {
    clock = new ManualClock();
    store = new MemoryStore(sampleRun('run-1', { state: 'following' }));
    faults = [];
    rung = 0;
    life = new AbortController();
  });

  it('forms one step from what is recorded in one turn', async () => {
    const unitOfWork = begin();
    unitOfWork.change({ state: 'reporting' });
    unitOfWork.enqueue(line('a'), line('b'));
    unitOfWork.checkpoint('shop', { checkpoint: sampleCheckpoint(1) });
    unitOfWork.change({ message: 'over' });
    unitOfWork.dequeue([9]);
    unitOfWork.dequeue([10]);
    await settle();
    const at = clock.now();
    assert.deepEqual(store.steps, [
      {
        runId: 'run-1',
        change: { state: 'reporting', message: 'over' },
        checkpoints: [
          {
            ...{ path: 'shop', checkpoint: sampleCheckpoint(1) },
            ...{ plan: undefined, result: undefined, wait: undefined },
          },
        ],
        enqueue: [
          { at, item: line('a') },
          { at, item: line('b') },
        ],
        dequeue: [9, 10],
      },
    ]);
  });

  it('builds repeated changes once, when the step closes', async () => {
    const unitOfWork = begin();
    let made = 0;
    for (let told = 1; told <= 500; told += 1) {
      unitOfWork.enqueue(line('a'));
      unitOfWork.changeAtClose(() => {
        made += 1;
        return { report: { ...unitOfWork.run.report, percent: told } };
      });
    }
    unitOfWork.change({ report: { ...unitOfWork.run.report, isWithoutChildren: true } });
    await unitOfWork.stored();
    assert.equal(made, 1);
    const [step, ...more] = store.steps;
    assert.deepEqual(more, []);
    assert.deepEqual(step?.change?.report, unitOfWork.run.report);
    assert.equal(unitOfWork.run.report.percent, 500);
    assert.equal(unitOfWork.run.report.isWithoutChildren, true);
    unitOfWork.enqueue(line('b'));
    await unitOfWork.stored();
    assert.equal(made, 1);
  });

  it('stores by itself what nobody waits for', async () => {
    begin().enqueue(line('a'));
    await settle();
    assert.deepEqual(texts(), ['a']);
  });

  it('forms another step from what is recorded in another turn, in order', async () => {
    const unitOfWork = begin();
    unitOfWork.enqueue(line('a'));
    await Promise.resolve();
    unitOfWork.enqueue(line('b'));
    await unitOfWork.stored();
    unitOfWork.enqueue(line('c'));
    await unitOfWork.stored();
    assert.deepEqual(texts(), ['a', 'b', 'c']);
    assert.deepEqual(
      store.steps.map(({ enqueue }) => enqueue?.length),
      [1, 1, 1],
    );
  });

  it('starts no step before the previous one is stored', async () => {
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    let isFirst = true;
    const unitOfWork = begin((_, stage) => {
      const isHeld = isFirst && stage === 'before';
      isFirst = false;
      return isHeld ? gate : Promise.resolve();
    });
    unitOfWork.enqueue(line('a'));
    await settle();
    unitOfWork.enqueue(line('b'));
    await settle();
    open();
    await settle();
    assert.deepEqual(texts(), ['a', 'b']);
  });

  it('immediately knows what is stored later', () => {
    const unitOfWork = begin();
    unitOfWork.change({ attempt: 2 });
    unitOfWork.change({ message: 'm' });
    assert.deepEqual([unitOfWork.run.attempt, unitOfWork.run.message], [2, 'm']);
    assert.equal(store.run.attempt, 1);
  });

  it('lets nobody continue before the step is stored', async () => {
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const unitOfWork = begin((_, stage) => (stage === 'before' ? gate : Promise.resolve()));
    let isStored = false;
    unitOfWork.enqueue(line('a'));
    void unitOfWork.stored().then(() => (isStored = true));
    await settle();
    assert.equal(isStored, false);
    open();
    await settle();
    assert.equal(isStored, true);
  });

  it('rings when something to report is stored, and only then', async () => {
    const unitOfWork = begin(failing('commit', 'before', diskFull, 1));
    unitOfWork.enqueue(line('a'));
    await settle();
    assert.equal(rung, 0);
    await clock.pass(200);
    assert.equal(rung, 1);
    unitOfWork.change({ message: 'm' });
    await unitOfWork.stored();
    assert.equal(rung, 1);
  });

  it('retries until the store works again, loses nothing and keeps the order', async () => {
    let isBroken = true;
    const unitOfWork = begin((_, stage) =>
      isBroken && stage === 'before' ? Promise.reject(diskFull) : Promise.resolve(),
    );
    unitOfWork.enqueue(line('a'));
    await clock.pass(60_000);
    unitOfWork.enqueue(line('b'));
    await settle();
    unitOfWork.change({ state: 'reporting' });
    unitOfWork.enqueue(line('c'));
    const stored = unitOfWork.stored();
    await clock.pass(60_000);
    assert.deepEqual(texts(), []);
    isBroken = false;
    await clock.finish(stored);
    assert.deepEqual(texts(), ['a', 'b', 'c']);
    assert.equal(store.run.state, 'reporting');
    assert.ok(faults.every((fault) => fault === diskFull));
  });

  it('retries a failing store with growing pauses, up to 5 seconds', async () => {
    const times: number[] = [];
    const began = clock.now();
    const unitOfWork = begin(() => {
      times.push(clock.now() - began);
      return Promise.reject(diskFull);
    });
    unitOfWork.enqueue(line('a'));
    await clock.pass(20_000);
    assert.deepEqual(times, [0, 200, 600, 1_400, 3_000, 6_200, 11_200, 16_200]);
    assert.equal(faults.length, times.length);
  });

  it('retries reads in the same way', async () => {
    const items = store.connect(failing('items', 'before', diskFull, 3));
    const read = begin().insist(() => items.items('run-1', 1));
    assert.deepEqual(await clock.finish(read), []);
    assert.equal(faults.length, 3);
  });

  it('does nothing more once the process ends', async () => {
    const unitOfWork = begin(failing('commit', 'before', diskFull, Infinity));
    let isOver = false;
    unitOfWork.enqueue(line('a'));
    unitOfWork
      .stored()
      .finally(() => (isOver = true))
      .catch(() => undefined);
    await clock.pass(1_000);
    const known = faults.length;
    life.abort();
    unitOfWork.enqueue(line('b'));
    await clock.pass(60_000);
    assert.deepEqual([isOver, texts(), faults.length, clock.sleeping], [false, [], known, 0]);
  });

  it('does not report a store that is closed because the process ends', async () => {
    const unitOfWork = begin(() => {
      life.abort();
      return Promise.reject(new StoreError('The store is closed.'));
    });
    unitOfWork.enqueue(line('a'));
    await clock.pass(60_000);
    assert.deepEqual(faults, []);
  });

  it('reports an invalid step to whoever waits for it', async () => {
    const wrong = new Error('There is no run run-1.');
    const unitOfWork = begin(failing('commit', 'before', wrong, 1));
    unitOfWork.enqueue(line('a'));
    await assert.rejects(unitOfWork.stored(), wrong);
    assert.deepEqual(faults, []);
  });

  describe('with a real store', () => {
    let folder: ReturnType<typeof storeFolder>;
    let sqlite: SqliteStore;

    beforeEach(async () => {
      folder = storeFolder();
      sqlite = SqliteStore.open(folder.path, clock);
      const run = sampleRun('run-1');
      await sqlite.commit({ runId: 'run-1', add: { run, token: { sealed: 's', digest: 'd' } } });
    });
    afterEach(async () => {
      await sqlite.close();
      folder.remove();
    });
    const begun = () => new RunUnitOfWork(sampleRun('run-1'), portsOf(sqlite));

    it('keeps the last checkpoint of a path next to its plan and its result', async () => {
      const unitOfWork = begun();
      const [first, second, plan] = [sampleCheckpoint(1), sampleCheckpoint(2), samplePlan(1)];
      unitOfWork.checkpoint('shop', { checkpoint: first });
      unitOfWork.checkpoint('cart', { checkpoint: first, plan });
      unitOfWork.checkpoint('shop', { checkpoint: second });
      unitOfWork.checkpoint('shop', { plan });
      unitOfWork.checkpoint('shop', { result: result() });
      unitOfWork.checkpoint('shop', { checkpoint: second });
      await unitOfWork.stored();
      unitOfWork.checkpoint('cart', { result: result({ name: 'cart' }) });
      await unitOfWork.stored();
      const kept = await sqlite.checkpoints('run-1');
      assert.deepEqual(
        kept.map((one) => [one.path, one.checkpoint?.memory.startedAt, one.plan, one.result?.name]),
        [
          ['shop', 2, plan, 'shop'],
          ['cart', 1, plan, 'cart'],
        ],
      );
    });

    it('leaves only the record of a run that has ended', async () => {
      const unitOfWork = begun();
      unitOfWork.enqueue(line('a'));
      unitOfWork.checkpoint('shop', { checkpoint: sampleCheckpoint(1) });
      await unitOfWork.stored();
      unitOfWork.change({ state: 'ended', outcome: 'succeeded' });
      await unitOfWork.stored();
      assert.equal((await sqlite.run('run-1'))?.outcome, 'succeeded');
      assert.deepEqual(await sqlite.items('run-1', 10), []);
      assert.deepEqual(await sqlite.checkpoints('run-1'), []);
      assert.equal(await sqlite.token('run-1'), undefined);
    });
  });
});
