import assert from 'node:assert/strict';
import { Wakeup } from '../../src/async/wakeup.ts';
import { Feed } from '../../src/follow/feed.ts';
import { ApplicationPoller } from '../../src/follow/application-poller.ts';
import { RefreshRequester } from '../../src/follow/refresh-requester.ts';
import { FollowState } from '../../src/follow/follow-state.ts';
import { application, second, terminateGoal } from '../sync/sample-application.ts';
import { failed, FakeArgoCD, hang, portsOn, settingsOf } from './fake-argo-cd.ts';
import { ManualClock } from './manual-clock.ts';

describe('the questions next to the following', () => {
  let clock: ManualClock;
  let argocd: FakeArgoCD;
  let ports: ReturnType<typeof portsOn>;
  let followState: FollowState;
  let poller: ApplicationPoller;
  let wakeup: Wakeup;
  let refresher: RefreshRequester;

  beforeEach(() => {
    clock = new ManualClock();
    argocd = new FakeArgoCD(clock);
    ports = portsOn(argocd, clock);
    const settings = settingsOf();
    followState = new FollowState(settings.goal, 'run-1', clock);
    wakeup = new Wakeup(clock);
    const feed = new Feed(argocd, clock, ports.random);
    poller = new ApplicationPoller(settings, ports, followState, feed, wakeup);
    refresher = new RefreshRequester(settings, ports, followState, poller, wakeup);
  });
  afterEach(() => ports.cancel());

  const refreshes = () => argocd.times('refresh').length;
  const hardRefreshes = () => argocd.times('hard').length;

  /** Asks as a loop would that asks at every turn. */
  async function askOn(ms: number): Promise<void> {
    for (const until = clock.now() + ms; clock.now() < until; await clock.pass(100)) {
      refresher.ask('refresh');
    }
  }

  it('takes in the answer to a refresh, with the time at which it was asked', async () => {
    const askedAt = clock.now();
    refresher.ask('refresh');
    await clock.pass(50);
    assert.equal(followState.application, argocd.application);
    assert.equal(followState.memory.refresh.answeredAt, askedAt);
  });

  describe('of the first refresh', () => {
    const asked = (settings = settingsOf()) => {
      const other = new RefreshRequester(settings, ports, followState, poller, wakeup);
      for (let turn = 0; turn < 3; turn += 1) other.askFirst();
      return refreshes();
    };

    it('is asked once', () => {
      assert.equal(asked(), 1);
    });

    it('is not asked again by another process, once it was answered', () => {
      followState.update({ refresh: { askedAt: 1, answeredAt: 1, failures: 0 } });
      assert.equal(asked(), 0);
    });

    it('is not asked by a run that only terminates', () => {
      assert.equal(asked(settingsOf(terminateGoal)), 0);
    });
  });

  it('has a look made when one is asked for, and not a second next to it', async () => {
    const looks = () => {
      poller.lookIfDue();
      return argocd.times('get').length;
    };
    assert.equal(looks(), 1);
    refresher.ask('look');
    await clock.pass(100);
    assert.equal(looks(), 1);
    refresher.ask('look');
    assert.equal(looks(), 2);
  });

  it('takes in the windows', async () => {
    const windows = { canSync: true, assigned: [], active: [] } as never;
    argocd.onWindows = () => Promise.resolve(windows);
    refresher.ask('windows');
    await clock.pass(50);
    assert.equal(followState.memory.windows?.answer, windows);
  });

  it('keeps why the windows cannot be asked about, bounded, until they can', async () => {
    argocd.onWindows = () => Promise.reject(failed('refused', 'x'.repeat(100_000)));
    const at = clock.now();
    refresher.ask('windows');
    await clock.pass(50);
    assert.deepEqual(followState.memory.windowsFault, { reason: 'x'.repeat(2_000), at });
    argocd.onWindows = () => Promise.resolve({ canSync: true } as never);
    await clock.pass(10_000);
    refresher.ask('windows');
    await clock.pass(50);
    assert.equal(followState.memory.windowsFault, undefined);
  });

  it('rings when an answer is there, and when none will come', async () => {
    for (const answer of [
      () => Promise.resolve(application()),
      () => Promise.reject(failed('unavailable')),
    ]) {
      argocd.onGet = answer;
      await clock.pass(10_000);
      refresher.ask('refresh');
      const before = clock.now();
      await clock.finish(wakeup.wait(60_000, ports.signal));
      assert.equal(clock.now(), before);
    }
  });

  it('asks again while Argo CD holds a refresh, after a while, and never for more than three at once', async () => {
    argocd.onGet = ({ signal }) => hang(signal);
    await askOn(2_900);
    assert.equal(refreshes(), 1);
    await askOn(7_000);
    assert.equal(hardRefreshes(), 0);
    await askOn(60_000);
    assert.deepEqual([refreshes(), hardRefreshes()], [1, 2]);
  });

  it('asks in other words when a refresh brought no newer comparison, which counts as none', async () => {
    followState.take(argocd.application);
    await clock.pass(5_000);
    refresher.ask('refresh');
    await clock.pass(10);
    assert.equal(followState.memory.refresh.answeredAt, undefined);
    refresher.ask('refresh');
    await clock.pass(10);
    assert.deepEqual([refreshes(), hardRefreshes()], [1, 1]);
    assert.notEqual(followState.memory.refresh.answeredAt, undefined);
    argocd.application = application({ reconciledAt: second(60), resourceVersion: '2' });
    refresher.ask('refresh');
    await clock.pass(10);
    assert.deepEqual([refreshes(), hardRefreshes()], [2, 1]);
  });

  it('takes a comparison for a newer one where whole seconds cannot tell', async () => {
    followState.take(argocd.application);
    refresher.ask('refresh');
    await clock.pass(10);
    assert.notEqual(followState.memory.refresh.answeredAt, undefined);
  });

  it('pauses after a failure, and counts it', async () => {
    argocd.onGet = () => Promise.reject(failed('unavailable'));
    await askOn(20_000);
    assert.equal(refreshes(), 4);
    assert.equal(followState.memory.refresh.failures, 4);
    assert.equal(followState.memory.refresh.answeredAt, undefined);
  });

  it('demands a look when the token is refused: that tells whether it is the end', async () => {
    poller.lookIfDue();
    await clock.pass(10);
    argocd.onGet = () => Promise.reject(failed('unauthenticated'));
    refresher.ask('refresh');
    await clock.pass(10);
    poller.lookIfDue();
    await clock.pass(10);
    assert.notEqual(poller.fatal, undefined);
  });

  it('hands a bug of ours to the loop, and leaves no rejection unhandled', async () => {
    argocd.onGet = () => Promise.reject(new TypeError('bug'));
    refresher.ask('refresh');
    await clock.pass(10);
    assert.throws(() => poller.lookIfDue(), /bug/);
  });

  it('is still when the run is canceled', async () => {
    argocd.onGet = ({ signal }) => hang(signal);
    refresher.ask('refresh');
    ports.cancel();
    await clock.pass(10);
    poller.lookIfDue();
  });
});
