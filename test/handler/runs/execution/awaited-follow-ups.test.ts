import assert from 'node:assert/strict';
import { Detachment } from '../../../../src/follow/detachment.ts';
import { StoreError } from '../../../../src/handler/store/store.ts';
import { dyingAt, failing } from '../passage.ts';
import { queued, seen, stored, waiting, WaitScene } from './wait-scene.ts';

const minute = 60_000;

describe('A run of the handler that waits for its follow-ups', () => {
  let scene: WaitScene;
  beforeEach(() => {
    scene = new WaitScene();
  });

  const finish = (work = scene.begin()) => scene.clock.finish(work);
  const story = [
    'Follow-up smoke: waiting',
    'Follow-up smoke: queued, argocd-7, https://dev.azure.com/fabrikam/run/7',
    'Follow-up smoke: running, argocd-7, https://dev.azure.com/fabrikam/run/7',
    'Follow-up smoke: succeeded, argocd-7, https://dev.azure.com/fabrikam/run/7',
  ];
  const wholeStory = () => {
    scene.looks = [seen({ state: 'inProgress' }), seen()];
  };

  it('ends when they have ended, and includes their results', async () => {
    wholeStory();
    const { outcome, followUps = [], message } = await finish();
    assert.equal(outcome, 'succeeded', message);
    assert.deepEqual(
      followUps.map(({ state, result }) => [state, result]),
      [['ended', 'succeeded']],
    );
    assert.deepEqual(scene.lines, story);
    assert.deepEqual(scene.notes, ['Waiting for the follow-up smoke']);
  });

  it('ends immediately if nothing was started', async () => {
    scene.started = [];
    assert.deepEqual([(await finish()).followUps, scene.lines], [undefined, []]);
  });

  it('fails with a failed one, whose cause comes first', async () => {
    scene.looks = [seen({ result: 'failed' })];
    const { outcome, causes, message } = await finish();
    assert.deepEqual([outcome, causes[0]?.title], ['failed', 'The follow-up smoke failed']);
    assert.match(message, /; but not its follow-up smoke$/);
  });

  it('stops waiting for one that can never be queued, and says why', async () => {
    const message = 'Pipeline smoke declares no parameter event.';
    scene.find = () => stored({ ...waiting, state: 'notQueued', message });
    const began = scene.clock.now();
    const { outcome, causes } = await finish();
    assert.deepEqual([outcome, causes[0]?.message], ['failed', message]);
    assert.equal(scene.clock.now(), began);
  });

  it('fails if its own rules request one that was never stored', async () => {
    scene.started = [{ ...waiting, state: 'notQueued', message: 'Nobody saw the end.' }];
    scene.find = () => assert.fail('there is nothing to look for');
    assert.equal((await finish()).outcome, 'failed');
  });

  it('waits until the deadline for one that may or may not be queued', async () => {
    scene.find = () => stored(waiting, true);
    const { outcome, causes } = await finish();
    assert.equal(outcome, 'timedOut');
    assert.equal(causes[0]?.message, 'It may have been queued: no answer came.');
    assert.equal(scene.clock.now(), scene.deadline);
  });

  it('times out with one that does not end, and names it', async () => {
    scene.looks = [seen({ state: 'inProgress' })];
    const { outcome, causes } = await finish();
    assert.deepEqual(
      [outcome, causes[0]?.title],
      ['timedOut', 'The follow-up smoke did not end in time'],
    );
    assert.deepEqual(scene.lines, story.slice(0, 3), 'each change is told once');
  });

  it('stops waiting for one that may not be read, and says why', async () => {
    scene.looks = [new Error('TF400813: not authorized')];
    const { outcome, causes } = await finish();
    assert.deepEqual([outcome, causes[0]?.message], ['timedOut', 'TF400813: not authorized']);
    assert.ok(scene.clock.now() < scene.deadline);
  });

  it('does not count one as a success that the store has forgotten', async () => {
    scene.find = () => undefined;
    const { outcome, causes } = await finish();
    assert.equal(outcome, 'failed');
    assert.match(causes[0]?.message ?? '', /retention/);
  });

  it('reports each change once and ends the same, whenever its process ends', async () => {
    wholeStory();
    const { passage, count } = dyingAt(Infinity);
    await finish(scene.begin(passage));
    const most = count();
    assert.ok(most > 15, String(most));
    for (let moment = 1; moment <= most; moment += 1) {
      scene = new WaitScene();
      wholeStory();
      void scene.begin(dyingAt(moment).passage);
      await scene.clock.pass(minute);
      scene.detach();
      await scene.clock.pass(0);
      const { outcome } = await finish();
      assert.equal(outcome, 'succeeded', `dead at moment ${moment}`);
      const told = scene.lines.filter((line) => !line.includes('running'));
      const whole = story.filter((line) => !line.includes('running'));
      assert.deepEqual(told, whole, `dead at moment ${moment}`);
    }
  });

  it("uses what was stored, not the application's current state", async () => {
    scene.looks = [seen({ state: 'inProgress' })];
    void scene.begin();
    await scene.clock.pass(minute);
    scene.detach();
    await scene.clock.pass(0);
    scene.started = [];
    scene.looks = [seen({ result: 'failed' })];
    assert.equal((await finish()).outcome, 'failed');
  });

  it('holds nothing in memory while it only waits', async () => {
    scene.looks = [seen({ state: 'inProgress' })];
    const work = scene.begin();
    await scene.clock.pass(20_000);
    const last = scene.activities.at(-1);
    assert.ok(last?.kind === 'idle' && last.isDeaf && last.until > scene.clock.now());
    scene.detach();
    await assert.rejects(finish(work), Detachment);
    assert.equal(scene.store.checkpoints.get('shop')?.result, undefined);
  });

  it('is busy until their states are known, so that it is not parked before', async () => {
    scene.find = () => stored(queued);
    scene.looks = [];
    const kinds = () => scene.activities.map(({ kind }) => kind);
    const work = scene.begin((call, stage) =>
      call === 'watch' && stage === 'before'
        ? scene.clock.sleep(10_000, new AbortController().signal)
        : Promise.resolve(),
    );
    await scene.clock.pass(9_000);
    assert.ok(!kinds().includes('idle'), kinds().join());
    await finish(work);
    assert.equal(kinds().at(-1), 'over');
  });

  it('survives a temporary failure of the store', async () => {
    const fault = new StoreError('The store: the disk failed to read or write it.');
    for (const call of ['started', 'find', 'commit']) {
      scene = new WaitScene();
      assert.equal(
        (await finish(scene.begin(failing(call, 'before', fault, 4)))).outcome,
        'succeeded',
      );
    }
  });

  describe('canceled while it waits', () => {
    const cancel = async (change: Partial<WaitScene> = {}) => {
      scene.looks = [seen({ state: 'inProgress' })];
      Object.assign(scene, change);
      const work = scene.begin();
      await scene.clock.pass(minute);
      scene.canceled.abort();
      return finish(work);
    };

    it('cancels what its own rules have queued', async () => {
      const { outcome, followUps = [], causes } = await cancel();
      assert.equal(outcome, 'canceled');
      assert.deepEqual([scene.canceledRuns, followUps[0]?.result], [[7], 'canceled']);
      assert.deepEqual(causes, []);
    });

    it('leaves it with onCancel: leave', async () => {
      assert.equal((await cancel({ onCancel: 'leave' })).outcome, 'canceled');
      assert.deepEqual(scene.canceledRuns, []);
    });

    it('leaves what others have requested', async () => {
      const rule = 'audit';
      const others = { started: [{ ...waiting, rule }], find: () => stored({ ...queued, rule }) };
      assert.equal((await cancel(others)).outcome, 'canceled');
      assert.deepEqual(scene.canceledRuns, []);
    });

    it('prevents the rest from being queued', async () => {
      const find = () =>
        scene.dismissed.length === 0
          ? stored(waiting)
          : stored({ ...waiting, state: 'notQueued', message: 'dismissed' });
      const { outcome, followUps = [] } = await cancel({ find });
      assert.deepEqual([outcome, scene.dismissed], ['canceled', ['k']]);
      assert.equal(followUps[0]?.state, 'notQueued');
    });

    it('finds out whether one is queued, and cancels it', async () => {
      let looks = 0;
      const found = () => {
        looks += scene.canceled.signal.aborted ? 1 : 0;
        return looks < 4 ? stored(waiting, true) : stored(queued);
      };
      await cancel({ find: found });
      assert.deepEqual([scene.canceledRuns, scene.dismissed], [[7], []]);
    });

    it('says what could not be canceled', async () => {
      const { outcome } = await cancel({ cancelFault: new Error('Stop builds is missing') });
      assert.equal(outcome, 'canceled');
      assert.match(scene.notes.join('\n'), /smoke could not be canceled: Stop builds is missing/);
    });

    it('does so even if its process ends meanwhile', async () => {
      scene.looks = [seen({ state: 'inProgress' })];
      void scene.begin();
      await scene.clock.pass(minute);
      scene.detach();
      scene.canceled.abort();
      assert.equal((await finish()).outcome, 'canceled');
      assert.deepEqual(scene.canceledRuns, [7]);
    });
  });
});
