import assert from 'node:assert/strict';
import { StoreError } from '../../../../src/handler/store/store.ts';
import { settle } from '../../../follow/manual-clock.ts';
import { Crowd, hopeless, patient } from '../crowd.ts';
import { failed } from '../fake-plan.ts';
import { failing, Gate, type Passage } from '../passage.ts';

const many = (name: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${name}-${index + 1}`);

describe('The run scheduler', () => {
  let crowd: Crowd;

  beforeEach(() => {
    crowd = new Crowd();
  });
  afterEach(() => crowd.end());

  const outcomeOf = (id: string) => crowd.run(id).outcome;
  const linesOf = (id: string) => (crowd.planOf(id).lines ?? []).join('\n');
  const nobody = { active: 0, parked: 0 };
  const begin = (passage: Passage) => crowd.start(passage);

  describe('with a run that only waits', () => {
    it('parks it, and keeps only a listener for its application', async () => {
      await crowd.rest('one');
      assert.deepEqual(crowd.scheduler.figures, { active: 0, parked: 1 });
      assert.equal(crowd.run('one').state, 'following');
      assert.equal(crowd.listening, 1);
      assert.equal(crowd.clock.sleeping, 1);
    });

    it('resumes it when its application changes', async () => {
      await crowd.rest('one');
      crowd.heal();
      await crowd.tell('changed');
      await crowd.clock.pass(10_000);
      assert.equal(outcomeOf('one'), 'succeeded');
      assert.deepEqual(crowd.begun, ['one', 'one']);
      assert.deepEqual([crowd.scheduler.figures, crowd.listening], [nobody, 0]);
      assert.doesNotMatch(linesOf('one'), /restarted/);
    });

    it('resumes it at its time, without a change', async () => {
      await crowd.rest('one');
      crowd.heal();
      await crowd.clock.pass(260_000);
      assert.deepEqual(crowd.begun, ['one']);
      await crowd.clock.pass(20_000);
      assert.equal(outcomeOf('one'), 'succeeded');
      assert.deepEqual(crowd.begun, ['one', 'one']);
    });

    it('parks it again if nothing relevant changed', async () => {
      await crowd.rest('one');
      for (let times = 2; times < 5; times += 1) {
        await crowd.tell('changed');
        assert.deepEqual(crowd.scheduler.figures, { active: 1, parked: 0 });
        await crowd.clock.pass(30_000);
        assert.deepEqual(crowd.scheduler.figures, { active: 0, parked: 1 });
        assert.equal(crowd.listening, 1);
        assert.equal(crowd.begun.length, times);
      }
    });

    it('starts nothing because of silence', async () => {
      await crowd.rest('one');
      await crowd.tell('broken');
      await crowd.clock.pass(60_000);
      assert.deepEqual(crowd.begun, ['one']);
      assert.deepEqual(crowd.scheduler.figures, { active: 0, parked: 1 });
      assert.equal(crowd.listening, 1);
    });

    it('resumes it once for all simultaneous changes', async () => {
      await crowd.rest('one');
      await Promise.all([crowd.tell('changed'), crowd.tell('broken'), crowd.tell('changed')]);
      assert.deepEqual(crowd.begun, ['one', 'one']);
    });

    it('cancels it immediately', async () => {
      await crowd.rest('one');
      await crowd.scheduler.cancel('one');
      await crowd.clock.pass(10_000);
      assert.equal(outcomeOf('one'), 'canceled');
      assert.deepEqual(crowd.planOf('one').completions, ['canceled']);
      assert.deepEqual([crowd.begun, crowd.listening], [['one', 'one'], 0]);
    });

    it('cancels it at the very moment at which it is to be parked', async () => {
      crowd.add(['one'], { spec: patient });
      await crowd.clock.pass(5_000);
      let canceled: Promise<void> | undefined;
      crowd.onListen = () => {
        queueMicrotask(() => {
          canceled ??= crowd.scheduler.cancel('one');
        });
      };
      await crowd.clock.pass(30_000);
      await canceled;
      assert.equal(outcomeOf('one'), 'canceled');
      assert.deepEqual(crowd.begun, ['one', 'one']);
    });

    it('reports that its cancellation cannot be stored, and leaves it parked', async () => {
      const fault = new StoreError('the disk is full');
      let isFull = false;
      begin((call) => (call === 'commit' && isFull ? Promise.reject(fault) : Promise.resolve()));
      await crowd.rest('one');
      isFull = true;
      await assert.rejects(crowd.scheduler.cancel('one'), fault);
      assert.deepEqual(crowd.scheduler.figures, { active: 0, parked: 1 });
      isFull = false;
      await crowd.scheduler.cancel('one');
      await crowd.clock.pass(10_000);
      assert.equal(outcomeOf('one'), 'canceled');
    });
  });

  describe('with a run that is about to be parked', () => {
    let commits: Gate;

    /** Its last report is not stored yet: until then, it is not parked. */
    beforeEach(async () => {
      commits = new Gate('commit');
      begin(commits.passage);
      crowd.add(['one'], { spec: patient });
      await crowd.clock.pass(1_000);
      commits.close();
      await crowd.clock.pass(30_000);
      assert.deepEqual(crowd.scheduler.figures, { active: 1, parked: 1 });
    });
    const letGo = async () => {
      commits.open();
      await crowd.clock.pass(10_000);
    };

    it('does not resume it before it is parked, whatever changes', async () => {
      crowd.heal();
      for (let times = 0; times < 3; times += 1) await crowd.tell('changed');
      await crowd.clock.pass(5_000);
      assert.deepEqual([crowd.begun, crowd.scheduler.figures.active], [['one'], 1]);
      await letGo();
      assert.deepEqual(crowd.begun, ['one', 'one']);
      assert.equal(outcomeOf('one'), 'succeeded');
      assert.deepEqual(crowd.scheduler.figures, nobody);
    });

    it('resumes it if its time comes before that', async () => {
      crowd.heal();
      await crowd.clock.pass(300_000);
      assert.deepEqual(crowd.begun, ['one']);
      await letGo();
      assert.equal(outcomeOf('one'), 'succeeded');
    });

    it('cancels it', async () => {
      const canceled = crowd.scheduler.cancel('one');
      await letGo();
      await canceled;
      await crowd.clock.pass(10_000);
      assert.equal(outcomeOf('one'), 'canceled');
      assert.deepEqual(crowd.scheduler.figures, nobody);
    });

    it('cancels it even if it is resumed before that is stored', async () => {
      await crowd.tell('changed');
      const canceled = crowd.scheduler.cancel('one');
      commits.letOne();
      await settle();
      assert.deepEqual(crowd.begun, ['one', 'one']);
      assert.equal(crowd.run('one').isCanceled, false);
      await letGo();
      await canceled;
      await crowd.clock.pass(10_000);
      assert.equal(outcomeOf('one'), 'canceled');
    });
  });

  describe('during an outage of an organization', () => {
    const contoso = 'https://dev.azure.com/contoso';
    const ofContoso = { ...hopeless, address: { ...hopeless.address, collection: contoso } };

    it('parks a run that cannot be proven, until the organization responds again', async () => {
      crowd.held.add('one');
      crowd.add(['one']);
      await crowd.clock.pass(60_000);
      assert.deepEqual([crowd.scheduler.figures, crowd.awaiting], [{ active: 0, parked: 1 }, 1]);
      assert.equal(crowd.run('one').state, 'accepted');
      crowd.held.clear();
      await crowd.returned(contoso);
      assert.deepEqual(crowd.begun, ['one']);
      await crowd.returned();
      await crowd.clock.pass(5_000);
      assert.equal(outcomeOf('one'), 'failed');
      assert.deepEqual([crowd.begun, crowd.awaiting], [['one', 'one'], 0]);
    });

    it('parks a run that cannot be reported, and reports it once the organization responds', async () => {
      crowd.planOf('one').onCall = (what) =>
        what === 'post' && isAway ? failed('unavailable') : undefined;
      let isAway = true;
      crowd.add(['one']);
      await crowd.clock.pass(90_000);
      assert.deepEqual([crowd.scheduler.figures, crowd.awaiting], [{ active: 0, parked: 1 }, 1]);
      assert.equal(crowd.run('one').state, 'reporting');
      isAway = false;
      await crowd.returned();
      await crowd.clock.pass(5_000);
      assert.equal(outcomeOf('one'), 'failed');
      assert.deepEqual(crowd.planOf('one').completions, ['failed']);
    });

    it('resumes a run at its time, with a backoff that grows as if it had not been parked', async () => {
      crowd.held.add('one');
      crowd.add(['one']);
      await crowd.clock.pass(400_000);
      const times = crowd.planOf('one').times('plan');
      const pauses = times.slice(1).map((at, index) => at - (times[index] ?? 0));
      const growing = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000];
      assert.deepEqual(pauses.slice(0, 7), growing);
      const latest = pauses.slice(7);
      assert.ok(latest.length >= 4);
      // The proof is tried four times a second.
      assert.ok(
        latest.every((pause) => pause >= 60_000 && pause <= 60_250),
        latest.join(),
      );
    });

    it('continues to follow a run, and calls no sooner because of a change', async () => {
      crowd.add(['one'], { spec: patient });
      await crowd.clock.pass(1_500);
      crowd.held.add('one');
      await crowd.tell('changed');
      await crowd.clock.pass(90_000);
      assert.deepEqual([crowd.scheduler.figures, crowd.awaiting], [{ active: 0, parked: 1 }, 1]);
      assert.equal(crowd.listening, 1);
      const { length } = crowd.planOf('one').calls;
      crowd.heal();
      await crowd.tell('changed');
      await crowd.clock.pass(2_000);
      assert.equal(crowd.run('one').state, 'reporting');
      assert.equal(crowd.planOf('one').calls.length, length);
      crowd.held.clear();
      await crowd.returned();
      await crowd.clock.pass(5_000);
      assert.equal(outcomeOf('one'), 'succeeded');
      assert.deepEqual(crowd.planOf('one').completions, ['succeeded']);
    });

    it('counts how often its token was refused, however often it is parked meanwhile', async () => {
      crowd.planOf('one').onCall = () =>
        failed(crowd.begun.length === 1 ? 'unavailable' : 'unauthenticated');
      crowd.add(['one']);
      await crowd.clock.pass(400_000);
      assert.equal(outcomeOf('one'), 'refused');
      assert.ok(crowd.begun.length >= 4, String(crowd.begun.length));
    });

    it('cancels a run that is parked', async () => {
      crowd.held.add('one');
      crowd.add(['one'], { spec: patient });
      await crowd.clock.pass(60_000);
      await crowd.scheduler.cancel('one');
      await crowd.clock.pass(1_000);
      assert.equal(outcomeOf('one'), undefined);
      crowd.held.clear();
      await crowd.returned();
      await crowd.clock.pass(5_000);
      assert.equal(outcomeOf('one'), 'canceled');
      assert.deepEqual(crowd.planOf('one').completions, ['canceled']);
    });

    it("does not delay other organizations' runs, however many it has", async () => {
      const away = many('away', 600);
      for (const id of away) crowd.held.add(id);
      crowd.add(away);
      await crowd.clock.pass(30_000);
      crowd.add(['other'], { spec: ofContoso });
      await crowd.clock.pass(6_000);
      assert.equal(outcomeOf('other'), 'failed');
      assert.equal(crowd.most, 256);
      crowd.held.clear();
      await crowd.returned();
      await crowd.clock.pass(60_000);
      assert.deepEqual(new Set(away.map(outcomeOf)), new Set(['failed']));
    });
  });

  describe('with a check, whose build only the run polls', () => {
    const check = { ...patient, kind: 'check', buildId: 42 } as const;

    it('parks it while its build is not polled', async () => {
      crowd.add(['one'], { spec: check });
      await crowd.clock.pass(20_000);
      assert.deepEqual(crowd.scheduler.figures, { active: 0, parked: 1 });
      await crowd.clock.pass(100_000);
      assert.ok(crowd.begun.length >= 4, crowd.begun.join());
    });

    it('cancels it within a minute of its build', async () => {
      crowd.add(['one'], { spec: check });
      await crowd.clock.pass(20_000);
      crowd.planOf('one').buildStatus = 'cancelling';
      await crowd.clock.pass(60_000);
      assert.equal(outcomeOf('one'), 'canceled');
    });
  });

  describe('with a cancellation', () => {
    it('of a run that is being read, does not execute it from what was read', async () => {
      const reads = new Gate('run', 'after');
      begin(reads.passage);
      crowd.store('one', { spec: patient, state: 'following' });
      reads.close();
      await crowd.resume();
      await crowd.scheduler.cancel('one');
      reads.open();
      await crowd.clock.pass(10_000);
      assert.equal(outcomeOf('one'), 'canceled');
      assert.deepEqual(crowd.begun, ['one']);
    });

    it('of an active run, cancels it', async () => {
      crowd.add(['one'], { spec: patient });
      await crowd.clock.pass(5_000);
      await crowd.scheduler.cancel('one');
      await crowd.clock.pass(10_000);
      assert.equal(outcomeOf('one'), 'canceled');
      assert.deepEqual(crowd.begun, ['one']);
    });
  });

  it('does not execute a run that has ended, even if it is canceled then', async () => {
    crowd.add(['one']);
    await crowd.clock.pass(20_000);
    await crowd.scheduler.cancel('one');
    await crowd.clock.pass(20_000);
    assert.equal(outcomeOf('one'), 'failed');
    assert.deepEqual(crowd.begun, ['one']);
  });

  describe('with more runs than it has capacity for', () => {
    const old = many('old', 300);

    it('executes as many as allowed, and each in its turn', async () => {
      for (const id of old) crowd.held.add(id);
      crowd.add(old);
      await crowd.clock.pass(1_000);
      assert.equal(crowd.scheduler.figures.active, 256);
      assert.equal(crowd.scheduler.pendingOf('fabrikam'), 300);
      crowd.held.clear();
      await crowd.clock.pass(30_000);
      assert.deepEqual(crowd.begun, old);
      assert.deepEqual(new Set(old.map(outcomeOf)), new Set(['failed']));
      assert.deepEqual([crowd.most, crowd.scheduler.figures], [256, nobody]);
      assert.equal(crowd.scheduler.pendingOf('fabrikam'), 0);
    });

    it('immediately parks those that only wait', async () => {
      crowd.add(old, { spec: patient });
      await crowd.clock.pass(3_000);
      assert.deepEqual(crowd.begun, old);
      assert.equal(crowd.most, 256);
      const { active, parked } = crowd.scheduler.figures;
      assert.equal(active + parked, 300);
    });

    it('does not exceed its limit when new runs arrive while stored ones are resumed', async () => {
      for (const id of old) crowd.held.add(crowd.store(id).id);
      const resumed = crowd.resume();
      crowd.add(many('new', 5));
      await resumed;
      await crowd.clock.pass(2_000);
      assert.equal(crowd.scheduler.figures.active, 256);
      assert.equal(crowd.most, 256);
      assert.equal(outcomeOf('new-5'), 'failed');
    });

    it('prefers a run of an earlier process that gets an event', async () => {
      const checkpoints = new Gate('checkpoints');
      begin(checkpoints.passage);
      checkpoints.close();
      const subject = { names: [{ name: 'cart' }] };
      const other = { ...patient, request: { ...patient.request, subject } };
      for (const id of old) crowd.store(id, { spec: other, state: 'following' });
      crowd.store('late', { spec: patient, state: 'following' });
      for (const run of [...old, 'late'].map((id) => crowd.run(id))) crowd.scheduler.know(run);
      crowd.scheduler.resume();
      await crowd.clock.pass(1_000);
      assert.equal(crowd.begun.length, 256);
      await crowd.tell('changed');
      checkpoints.open();
      await crowd.clock.pass(3_000);
      assert.equal(crowd.begun[256], 'late');
      assert.deepEqual(crowd.begun.slice(257), old.slice(256));
    });

    it('prefers woken runs to new ones, and both to those of an earlier process', async () => {
      await crowd.rest('woken');
      for (const id of old) crowd.held.add(crowd.store(id, { spec: patient }).id);
      for (const run of old.map((id) => crowd.run(id))) crowd.scheduler.know(run);
      crowd.scheduler.resume();
      await settle();
      crowd.begun.length = 0;
      crowd.add(['new-1'], { spec: patient });
      await crowd.tell('changed');
      crowd.add(['new-2'], { spec: patient });
      await crowd.scheduler.cancel('old-300');
      assert.deepEqual(crowd.begun, []);
      crowd.held.clear();
      await crowd.clock.pass(30_000);
      // Those that were parked for others return at their time.
      const begun = crowd.begun.filter((id) => !old.slice(0, 256).includes(id));
      assert.deepEqual(begun.slice(0, 4), ['old-300', 'woken', 'new-1', 'new-2']);
      assert.deepEqual(begun.slice(4), old.slice(256, -1));
      assert.equal(crowd.run('old-300').isCanceled, true);
    });

    it('does not let parking runs block others', async () => {
      const commits = new Gate('commit');
      begin(commits.passage);
      crowd.add(['one', 'two'], { spec: patient });
      await crowd.clock.pass(1_000);
      commits.close();
      await crowd.clock.pass(30_000);
      await crowd.tell('changed');
      for (const id of old) crowd.held.add(crowd.store(id).id);
      for (const run of old.map((id) => crowd.run(id))) crowd.scheduler.know(run);
      crowd.scheduler.resume();
      await crowd.clock.pass(2_000);
      assert.equal(crowd.scheduler.figures.active, 256);
      assert.equal(crowd.begun.at(-1), 'old-254');
    });
  });

  it('restarts a run a minute after an internal error interrupted it', async () => {
    let isBroken = true;
    crowd.planOf('one').onCall = () => (isBroken ? (new TypeError('a bug') as never) : undefined);
    crowd.add(['one']);
    await crowd.clock.pass(59_000);
    assert.deepEqual(crowd.begun, ['one']);
    assert.deepEqual(crowd.errors, ['run crashed; restarting']);
    assert.equal(crowd.scheduler.pendingOf('fabrikam'), 1);
    isBroken = false;
    await crowd.clock.pass(10_000);
    assert.equal(outcomeOf('one'), 'failed');
    assert.deepEqual(crowd.planOf('one').completions, ['failed']);
    assert.equal(crowd.scheduler.pendingOf('fabrikam'), 0);
  });

  describe('while runs cannot be read', () => {
    const fault = new StoreError('the disk failed to read it');

    it('retries repeatedly, and then executes all of them, each once', async () => {
      begin(failing('run', 'before', fault, 4));
      const ids = many('old', 3);
      for (const id of ids) crowd.store(id);
      await crowd.resume();
      await crowd.clock.pass(750);
      assert.deepEqual([crowd.errors.length, crowd.begun], [4, []]);
      await crowd.clock.pass(20_000);
      assert.deepEqual([...crowd.begun].sort(), ids);
      assert.deepEqual(ids.map(outcomeOf), ['failed', 'failed', 'failed']);
      assert.equal(crowd.errors.length, 4);
    });

    it('still prefers new ones once they can be read', async () => {
      const ids = many('old', 260);
      let isBroken = false;
      begin((call) => (call === 'run' && isBroken ? Promise.reject(fault) : Promise.resolve()));
      for (const id of ids) crowd.held.add(crowd.store(id).id);
      await crowd.resume();
      isBroken = true;
      crowd.held.clear();
      await crowd.clock.pass(20_000);
      assert.equal(crowd.begun.length, 256);
      isBroken = false;
      await crowd.scheduler.cancel('old-259');
      await crowd.clock.pass(20_000);
      assert.equal(crowd.begun[256], 'old-259');
      assert.deepEqual([...crowd.begun].sort(), [...ids].sort());
    });

    it('does not lose a woken one', async () => {
      let isBroken = false;
      begin((call) => (call === 'run' && isBroken ? Promise.reject(fault) : Promise.resolve()));
      await crowd.rest('one');
      isBroken = true;
      crowd.heal();
      await crowd.tell('changed');
      await crowd.clock.pass(5_000);
      assert.deepEqual(crowd.begun, ['one']);
      isBroken = false;
      await crowd.clock.pass(10_000);
      assert.equal(outcomeOf('one'), 'succeeded');
    });
  });

  describe('counts the open runs of a client', () => {
    const of = (client: string, spec = hopeless) => ({ spec: { ...spec, client } });

    it('from the first to the last, active or parked', async () => {
      crowd.add(['one'], of('ann'));
      await crowd.rest('two', of('bob', patient));
      crowd.held.add('three');
      crowd.add(['three', 'four'], of('bob'));
      await crowd.clock.pass(10_000);
      const pending = () =>
        ['ann', 'bob', 'eve'].map((client) => crowd.scheduler.pendingOf(client));
      assert.deepEqual(pending(), [0, 2, 0]);
      await crowd.tell('changed');
      assert.deepEqual(pending(), [0, 2, 0]);
      await crowd.scheduler.cancel('two');
      await crowd.clock.pass(10_000);
      assert.deepEqual(pending(), [0, 1, 0]);
      crowd.held.clear();
      await crowd.clock.pass(30_000);
      assert.deepEqual(pending(), [0, 0, 0]);
    });

    it('across processes', async () => {
      await crowd.rest('one', of('ann', patient));
      crowd.start();
      await crowd.resume();
      assert.equal(crowd.scheduler.pendingOf('ann'), 1);
      crowd.heal();
      await crowd.tell('changed');
      await crowd.clock.pass(10_000);
      assert.equal(crowd.scheduler.pendingOf('ann'), 0);
    });
  });

  describe('with two runs of one task', () => {
    const task = { key: 'task' };

    it('executes one, even while that is parked', async () => {
      await crowd.rest('one', task);
      crowd.add(['two'], { ...task, spec: patient });
      await crowd.clock.pass(10_000);
      assert.equal(outcomeOf('two'), 'duplicate');
      assert.match(crowd.run('two').message, /run one$/);
      assert.equal(crowd.run('one').state, 'following');
    });

    it('executes the one that was proven, whichever is resumed first', async () => {
      crowd.store('two', { ...task, spec: patient });
      crowd.store('one', { ...task, spec: patient, state: 'following' });
      await crowd.resume();
      await crowd.clock.pass(10_000);
      assert.deepEqual(['one', 'two'].map(outcomeOf), [undefined, 'duplicate']);
    });

    it('delays one whose older try is just reporting its end, which has ended for Azure DevOps', async () => {
      crowd.planOf('one').onCall = (what, given) => {
        const isEnd = what === 'post' && (given as { name: string }).name === 'TaskCompleted';
        return isEnd ? failed('unclear') : undefined;
      };
      crowd.add(['one'], task);
      await crowd.clock.pass(3_000);
      assert.equal(crowd.run('one').report.isCompleting, true);
      crowd.add(['two'], task);
      await crowd.clock.pass(10_000);
      // The next try has come: the end of the previous one was received.
      assert.deepEqual(['one', 'two'].map(outcomeOf), ['failed', 'failed']);
      assert.deepEqual(crowd.planOf('one').completions, []);
      assert.deepEqual(crowd.planOf('two').completions, ['failed']);
      assert.equal(crowd.run('two').attempt, 2);
    });

    it('delays many for as many, which need their slots to end', async () => {
      const older = many('older', 300);
      let isAway = true;
      for (const id of older) {
        crowd.planOf(id).onCall = (what, given) => {
          const isEnd = what === 'post' && (given as { name: string }).name === 'TaskCompleted';
          return isAway && (isEnd || what === 'records') && crowd.run(id).state === 'reporting'
            ? failed('unclear')
            : undefined;
        };
        crowd.add([id], { key: id });
      }
      await crowd.clock.pass(120_000);
      assert.ok(older.every((id) => crowd.run(id).report.isCompleting));
      for (const id of older) crowd.add([`${id}-next`], { key: id });
      await crowd.clock.pass(30_000);
      isAway = false;
      await crowd.clock.pass(180_000);
      const ends = older.flatMap((id) => [outcomeOf(id), outcomeOf(`${id}-next`)]);
      assert.deepEqual(new Set(ends), new Set(['failed']));
      assert.equal(crowd.most, 256);
    });

    it('executes the next when the previous one has ended', async () => {
      crowd.add(['one'], task);
      await crowd.clock.pass(20_000);
      crowd.add(['two'], task);
      await crowd.clock.pass(20_000);
      assert.deepEqual([outcomeOf('two'), crowd.run('two').attempt], ['failed', 2]);
    });
  });

  describe('when its process ends', () => {
    it('starts nothing more, and the next process resumes everything that is open', async () => {
      await crowd.rest('resting');
      crowd.held.add('working');
      crowd.add(['working']);
      await crowd.clock.pass(2_000);
      crowd.begun.length = 0;
      crowd.end();
      await crowd.tell('changed');
      await crowd.clock.pass(400_000);
      assert.deepEqual(crowd.begun, []);
      assert.equal(crowd.clock.sleeping, 0);
      crowd.held.clear();
      crowd.heal();
      crowd.start();
      await crowd.resume();
      await crowd.clock.pass(20_000);
      assert.deepEqual(['resting', 'working'].map(outcomeOf), ['succeeded', 'failed']);
      assert.match(linesOf('resting'), /restarted/);
      assert.doesNotMatch(linesOf('working'), /restarted/);
    });

    it('does not report the closed store as a fault', async () => {
      const reads = new Gate('run');
      begin(async (call, stage) => {
        await reads.passage(call, stage);
        if (call === 'run') throw new StoreError('it is closed');
      });
      crowd.store('one');
      reads.close();
      await crowd.resume();
      crowd.end();
      reads.open();
      await settle();
      assert.deepEqual(crowd.errors, []);
    });
  });
});
