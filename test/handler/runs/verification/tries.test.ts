import assert from 'node:assert/strict';
import { Detachment } from '../../../../src/follow/detachment.ts';
import type { Run } from '../../../../src/handler/run.ts';
import { nothingReported } from '../../../../src/handler/run.ts';
import { Tries, type TriesPorts } from '../../../../src/handler/runs/verification/tries.ts';
import { ManualClock, settle } from '../../../follow/manual-clock.ts';
import { sampleRun } from '../../store/sample.ts';

const following = { key: 'task', state: 'following' } as const;
const completing = {
  key: 'task',
  state: 'reporting',
  report: { ...nothingReported, isCompleting: true },
} as const;
const ended = { key: 'task', state: 'ended', outcome: 'failed' } as const;

describe('The tries of a task', () => {
  let clock: ManualClock;
  let life: AbortController;
  let stored: Run[];
  let atWork: Map<string, Run>;
  let tries: Tries;
  let ports: TriesPorts;

  beforeEach(() => {
    clock = new ManualClock();
    life = new AbortController();
    stored = [];
    atWork = new Map();
    ports = {
      store: {
        run: (id) => Promise.resolve(stored.find((run) => run.id === id)),
        runsOf: (key: string) => Promise.resolve(stored.filter((run) => run.key === key)),
      },
      clock,
      atWork: (id: string) => atWork.get(id),
    };
    tries = new Tries(ports);
  });

  const settled = (run: Run) => tries.settle(run, life.signal);
  /** Stores a run, or its result. */
  const store = (id: string, change: Partial<Run> = { key: 'task' }): Run => {
    const run = sampleRun(id, change);
    const index = stored.findIndex((one) => one.id === id);
    stored.splice(index === -1 ? stored.length : index, 1, run);
    return run;
  };

  it('start with the first', async () => {
    assert.deepEqual(await settled(store('one')), { kind: 'try', attempt: 1 });
  });

  it('run one at a time: another is a duplicate, even after a restart', async () => {
    await settled(store('one'));
    store('one', following);
    const duplicate = { kind: 'duplicate', of: 'one' };
    assert.deepEqual(await settled(store('two')), duplicate);
    assert.deepEqual(await settled(store('three')), duplicate);
  });

  it('include one that an earlier process proved', async () => {
    tries.know(store('one', following));
    assert.deepEqual(await settled(store('two')), { kind: 'duplicate', of: 'one' });
  });

  it('do not block those of other tasks', async () => {
    tries.know(store('one', following));
    const other = store('two', { key: 'other' });
    assert.deepEqual(await settled(other), { kind: 'try', attempt: 1 });
  });

  it('allow the same run to be settled twice', async () => {
    const one = store('one');
    await settled(one);
    assert.deepEqual(await settled(one), { kind: 'try', attempt: 1 });
  });

  for (const where of ['at work', 'at rest'] as const) {
    it(`wait for a previous one that is reporting its end, ${where}`, async () => {
      const one = store('one', where === 'at work' ? following : completing);
      if (where === 'at work') atWork.set('one', sampleRun('one', completing));
      tries.know(one);
      const settling = settled(store('two'));
      await clock.pass(20_000);
      store('one', ended);
      atWork.delete('one');
      tries.forget(one);
      assert.deepEqual(await clock.finish(settling), { kind: 'try', attempt: 2 });
    });
  }

  it('have results read only of the one that may be repeated', async () => {
    const read: string[] = [];
    const { run } = ports.store;
    ports.store.run = (id) => {
      read.push(id);
      return run(id);
    };
    store('one', ended);
    assert.deepEqual(await settled(store('two')), { kind: 'try', attempt: 2 });
    assert.deepEqual(read, []);
    tries.forget(store('two', { ...ended, attempt: 2, outcome: 'succeeded' }));
    const { kind } = await settled(store('three'));
    assert.deepEqual([kind, read], ['repeat', ['two']]);
  });

  it('are settled one at a time, however many are proven at once', async () => {
    const both = await Promise.all([settled(store('one')), settled(store('two'))]);
    assert.deepEqual(both.map(({ kind }) => kind).sort(), ['duplicate', 'try']);
  });

  it('wait for nothing once the process ends', async () => {
    tries.know(store('one', completing));
    const settling = settled(store('two'));
    settling.catch(() => undefined);
    await settle();
    life.abort(new Detachment());
    await assert.rejects(settling, Detachment);
    assert.equal(clock.sleeping, 0);
  });

  it('forget one that has ended, but not because of another', async () => {
    const one = store('one', following);
    tries.know(one);
    tries.forget(store('two'));
    assert.equal((await settled(store('three'))).kind, 'duplicate');
    tries.forget(one);
    assert.equal((await settled(store('three'))).kind, 'try');
  });

  describe('after one', () => {
    it('are none if none was accepted later', async () => {
      store('zero');
      const one = store('one', completing);
      store('other', { key: 'other' });
      assert.equal(await tries.after(one), 'none');
    });

    it('are unproven if one was accepted later, and none if that was refused', async () => {
      const one = store('one', completing);
      store('two');
      assert.equal(await tries.after(one), 'unproven');
      store('two', { key: 'task', state: 'ended', outcome: 'refused' });
      assert.equal(await tries.after(one), 'none');
    });

    it('are proven if one waits for its end, or is active', async () => {
      const one = store('one', completing);
      tries.know(one);
      const settling = settled(store('two'));
      await settle();
      assert.equal(await tries.after(one), 'proven');
      store('one', ended);
      store('two', following);
      tries.forget(one);
      await clock.finish(settling);
      assert.equal(await tries.after(one), 'proven');
    });

    it('are proven even while the waiting one is not in memory', async () => {
      const one = store('one', completing);
      tries.know(one);
      const two = store('two');
      const settling = settled(two);
      settling.catch(() => undefined);
      await settle();
      life.abort(new Detachment());
      await assert.rejects(settling, Detachment);
      assert.deepEqual([await tries.after(one), tries.isWaiting('two')], ['proven', true]);
      tries.forget(two);
      assert.deepEqual([await tries.after(one), tries.isWaiting('two')], ['unproven', false]);
    });

    it('are searched in the store once, and again only when one is accepted or has ended', async () => {
      const one = store('one', completing);
      tries.enter(one);
      let reads = 0;
      const { runsOf } = ports.store;
      ports.store.runsOf = (key) => {
        reads += 1;
        return runsOf(key);
      };
      const asked: string[] = [];
      const ask = async () => asked.push(await tries.after(one));
      for (let times = 0; times < 3; times += 1) await ask();
      assert.equal(reads, 1);
      const two = store('two');
      tries.enter(two);
      await ask();
      store('two', ended);
      tries.forget(two);
      await ask();
      assert.deepEqual(asked, ['none', 'none', 'none', 'unproven', 'proven']);
    });

    it('exclude those of another task that wait', async () => {
      const one = store('one', completing);
      const other = store('other', { ...completing, key: 'other' });
      tries.know(other);
      const settling = settled(store('next', { key: 'other' }));
      settling.catch(() => undefined);
      await settle();
      assert.equal(await tries.after(one), 'none');
      life.abort(new Detachment());
    });
  });
});
