import assert from 'node:assert/strict';
import { Recorder } from '../../../src/handler/runs/recorder.ts';
import { RunJournal } from '../../../src/handler/runs/run-journal.ts';
import { ManualClock, settle } from '../../follow/manual-clock.ts';
import { result } from '../../report/example-results.ts';
import { sampleCheckpoint, samplePlan, sampleRun } from '../store/sample.ts';
import { MemoryStore } from './memory-store.ts';
import { goOn, type Passage } from './passage.ts';

describe('the journal of a run', () => {
  let store: MemoryStore;

  const begin = async (passage: Passage = goOn) => {
    const recorder = new Recorder(store.run, {
      store: store.connect(passage),
      clock: new ManualClock(),
      random: () => 1,
      signal: new AbortController().signal,
      onFault: () => undefined,
      onEnqueued: () => undefined,
    });
    const kept = await store.connect().checkpoints('run-1');
    return { recorder, journal: new RunJournal(recorder, kept) };
  };

  beforeEach(() => {
    store = new MemoryStore(sampleRun('run-1'));
  });

  it('recalls what a process before kept, and nothing else', async () => {
    const { journal, recorder } = await begin();
    await journal.keep('shop', sampleCheckpoint(1));
    journal.plan('shop', samplePlan(3));
    journal.end('cart', result({ name: 'cart' }));
    await recorder.stored();
    assert.equal(journal.recall('shop'), undefined);
    const next = await begin();
    assert.deepEqual(next.journal.recall('shop'), {
      ...{ checkpoint: sampleCheckpoint(1), plan: samplePlan(3) },
    });
    assert.deepEqual(next.journal.recall('cart'), { result: result({ name: 'cart' }) });
    assert.equal(next.journal.recall('shop > cart'), undefined);
  });

  it('keeps applications of several paths apart', async () => {
    const { journal } = await begin();
    await journal.keep('shop', sampleCheckpoint(1));
    await journal.keep('shop > cart', sampleCheckpoint(2));
    await journal.keep('team/shop', sampleCheckpoint(3));
    const next = await begin();
    assert.deepEqual(next.journal.recall('shop > cart'), { checkpoint: sampleCheckpoint(2) });
    assert.deepEqual(next.journal.recall('team/shop'), { checkpoint: sampleCheckpoint(3) });
  });

  it('keeps what a selector found', async () => {
    const { journal } = await begin();
    await journal.found([{ name: 'shop' }, { namespace: 'team', name: 'cart' }]);
    assert.deepEqual(store.run.names, [{ name: 'shop' }, { namespace: 'team', name: 'cart' }]);
  });

  for (const [what, act] of [
    ['a checkpoint', (journal: RunJournal) => journal.keep('shop', sampleCheckpoint(1))],
    ['what was found', (journal: RunJournal) => journal.found([{ name: 'shop' }])],
  ] as const) {
    it(`lets nobody go on before ${what} is stored`, async () => {
      let open = (): void => undefined;
      const gate = new Promise<void>((resolve) => (open = resolve));
      const { journal } = await begin(() => gate);
      let isKept = false;
      void act(journal).then(() => (isKept = true));
      await settle();
      assert.deepEqual([isKept, store.steps.length], [false, 0]);
      open();
      await settle();
      assert.deepEqual([isKept, store.steps.length], [true, 1]);
    });
  }

  it('keeps a checkpoint in one step with what is told of it right after', async () => {
    const { journal, recorder } = await begin();
    const kept = journal.keep('shop', sampleCheckpoint(1));
    recorder.enqueue({ kind: 'lines', lines: ['Job/migrate succeeded'] });
    await kept;
    assert.equal(store.steps.length, 1);
    assert.deepEqual([store.items.length, store.checkpoints.size], [1, 1]);
  });

  it('keeps a result in one step with what is told of it right before', async () => {
    const { journal, recorder } = await begin();
    recorder.enqueue({ kind: 'lines', lines: ['shop succeeded'] });
    journal.end('shop', result());
    await settle();
    assert.equal(store.steps.length, 1);
    assert.deepEqual([store.items.length, store.checkpoints.size], [1, 1]);
  });
});
