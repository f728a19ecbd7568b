import assert from 'node:assert/strict';
import { RunUnitOfWork } from '../../../../src/handler/runs/record/run-unit-of-work.ts';
import { RunCheckpointStore } from '../../../../src/handler/runs/execution/run-checkpoint-store.ts';
import { ManualClock, settle } from '../../../follow/manual-clock.ts';
import { result } from '../../../report/example-results.ts';
import { sampleCheckpoint, samplePlan, sampleRun } from '../../store/sample.ts';
import { MemoryStore } from '../memory-store.ts';
import { goOn, type Passage } from '../passage.ts';

describe('The checkpoint store of a run', () => {
  let store: MemoryStore;

  const begin = async (passage: Passage = goOn) => {
    const unitOfWork = new RunUnitOfWork(store.run, {
      store: store.connect(passage),
      clock: new ManualClock(),
      random: () => 1,
      signal: new AbortController().signal,
      onFault: () => undefined,
      onEnqueued: () => undefined,
    });
    const kept = await store.connect().checkpoints('run-1');
    return { unitOfWork, checkpoints: new RunCheckpointStore(unitOfWork, kept) };
  };

  beforeEach(() => {
    store = new MemoryStore(sampleRun('run-1'));
  });

  it('recalls what an earlier process stored, and nothing else', async () => {
    const { checkpoints, unitOfWork } = await begin();
    await checkpoints.keep('shop', sampleCheckpoint(1));
    checkpoints.plan('shop', samplePlan(3));
    checkpoints.end('cart', result({ name: 'cart' }));
    await unitOfWork.stored();
    assert.equal(checkpoints.recall('shop'), undefined);
    const next = await begin();
    assert.deepEqual(next.checkpoints.recall('shop'), {
      ...{ checkpoint: sampleCheckpoint(1), plan: samplePlan(3) },
    });
    assert.deepEqual(next.checkpoints.recall('cart'), { result: result({ name: 'cart' }) });
    assert.equal(next.checkpoints.recall('shop > cart'), undefined);
  });

  it('recalls what was waited for, as it was last stored', async () => {
    const { checkpoints, unitOfWork } = await begin();
    const wait = { result: result(), followUps: [], since: 1 };
    checkpoints.keepWait('shop', wait);
    await unitOfWork.stored();
    checkpoints.keepWait('shop', { ...wait, since: 2 });
    await unitOfWork.stored();
    await checkpoints.keep('shop', sampleCheckpoint(1));
    const next = await begin();
    assert.deepEqual(next.checkpoints.wait('shop'), { ...wait, since: 2 });
    assert.equal(next.checkpoints.wait('cart'), undefined);
  });

  it('keeps applications with different paths separate', async () => {
    const { checkpoints } = await begin();
    await checkpoints.keep('shop', sampleCheckpoint(1));
    await checkpoints.keep('shop > cart', sampleCheckpoint(2));
    await checkpoints.keep('team/shop', sampleCheckpoint(3));
    const next = await begin();
    assert.deepEqual(next.checkpoints.recall('shop > cart'), { checkpoint: sampleCheckpoint(2) });
    assert.deepEqual(next.checkpoints.recall('team/shop'), { checkpoint: sampleCheckpoint(3) });
  });

  it('keeps what a selector found', async () => {
    const { checkpoints } = await begin();
    await checkpoints.found([{ name: 'shop' }, { namespace: 'team', name: 'cart' }]);
    assert.deepEqual(store.run.names, [{ name: 'shop' }, { namespace: 'team', name: 'cart' }]);
  });

  for (const [what, act] of [
    [
      'a checkpoint',
      (checkpoints: RunCheckpointStore) => checkpoints.keep('shop', sampleCheckpoint(1)),
    ],
    [
      'the found applications',
      (checkpoints: RunCheckpointStore) => checkpoints.found([{ name: 'shop' }]),
    ],
  ] as const) {
    it(`lets nobody continue before ${what} is stored`, async () => {
      let open = (): void => undefined;
      const gate = new Promise<void>((resolve) => (open = resolve));
      const { checkpoints } = await begin(() => gate);
      let isKept = false;
      void act(checkpoints).then(() => (isKept = true));
      await settle();
      assert.deepEqual([isKept, store.steps.length], [false, 0]);
      open();
      await settle();
      assert.deepEqual([isKept, store.steps.length], [true, 1]);
    });
  }

  it('stores a checkpoint in one step with what is reported right after it', async () => {
    const { checkpoints, unitOfWork } = await begin();
    const kept = checkpoints.keep('shop', sampleCheckpoint(1));
    unitOfWork.enqueue({ kind: 'lines', lines: ['Job/migrate succeeded'] });
    await kept;
    assert.equal(store.steps.length, 1);
    assert.deepEqual([store.items.length, store.checkpoints.size], [1, 1]);
  });

  it('stores a result in one step with what is reported right before it', async () => {
    const { checkpoints, unitOfWork } = await begin();
    unitOfWork.enqueue({ kind: 'lines', lines: ['shop succeeded'] });
    checkpoints.end('shop', result());
    await settle();
    assert.equal(store.steps.length, 1);
    assert.deepEqual([store.items.length, store.checkpoints.size], [1, 1]);
  });
});
