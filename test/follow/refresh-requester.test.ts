import assert from 'node:assert/strict';
import { Wakeup } from '../../src/async/wakeup.ts';
import { Feed } from '../../src/follow/feed.ts';
import { ApplicationPoller } from '../../src/follow/application-poller.ts';
import { RefreshRequester } from '../../src/follow/refresh-requester.ts';
import { FollowState } from '../../src/follow/follow-state.ts';
import { application, second, terminateGoal } from '../sync/sample-application.ts';
import { failed, FakeArgoCD, hang, portsOn, settingsOf } from './fake-argo-cd.ts';
import { ManualClock } from './manual-clock.ts';

describe('Requests beside the follower', () => {
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

  /** Requests like a loop that does so in every turn. */
  async function askOn(ms: number): Promise<void> {
    for (const until = clock.now() + ms; clock.now() < until; await clock.pass(100)) {
      refresher.ask('refresh');
    }
  }

  it('process the response to a refresh, with the time of its request', async () => {
    const askedAt = clock.now();
    refresher.ask('refresh');
    await clock.pass(50);
    assert.equal(followState.application, argocd.application);
    assert.equal(followState.memory.refresh.answeredAt, askedAt);
  });

  describe('for the first refresh', () => {
    const asked = (settings = settingsOf()) => {
      const other = new RefreshRequester(settings, ports, followState, poller, wakeup);
      for (let turn = 0; turn < 3; turn += 1) other.askFirst();
      return refreshes();
    };

    it('are sent once', () => {
      assert.equal(asked(), 1);
    });

    it('are not repeated by another process once answered', () => {
      followState.update({ refresh: { askedAt: 1, answeredAt: 1, failures: 0 } });
      assert.equal(asked(), 0);
    });

    it('are not sent by a run that only terminates', () => {
      assert.equal(asked(settingsOf(terminateGoal)), 0);
    });
  });

  it('trigger a read if one is demanded, but not another beside it', async () => {
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

  it('process the windows', async () => {
    const windows = { canSync: true, assigned: [], active: [] } as never;
    argocd.onWindows = () => Promise.resolve(windows);
    refresher.ask('windows');
    await clock.pass(50);
    assert.equal(followState.memory.windows?.answer, windows);
  });

  it('keep the bounded reason why the windows cannot be read, until they can', async () => {
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

  it('ring when a response has arrived, and when none will', async () => {
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

  it('repeat a refresh that Argo CD holds, after a while, with at most three at once', async () => {
    argocd.onGet = ({ signal }) => hang(signal);
    await askOn(2_900);
    assert.equal(refreshes(), 1);
    await askOn(7_000);
    assert.equal(hardRefreshes(), 0);
    await askOn(60_000);
    assert.deepEqual([refreshes(), hardRefreshes()], [1, 2]);
  });

  it('use another kind of refresh if one brought no newer comparison, which counts as none', async () => {
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

  it('count a comparison as newer if whole seconds cannot tell', async () => {
    followState.take(argocd.application);
    refresher.ask('refresh');
    await clock.pass(10);
    assert.notEqual(followState.memory.refresh.answeredAt, undefined);
  });

  it('pause after a failure, and count it', async () => {
    argocd.onGet = () => Promise.reject(failed('unavailable'));
    await askOn(20_000);
    assert.equal(refreshes(), 4);
    assert.equal(followState.memory.refresh.failures, 4);
    assert.equal(followState.memory.refresh.answeredAt, undefined);
  });

  it('demand a read if the token is refused, which shows whether the run must end', async () => {
    poller.lookIfDue();
    await clock.pass(10);
    argocd.onGet = () => Promise.reject(failed('unauthenticated'));
    refresher.ask('refresh');
    await clock.pass(10);
    poller.lookIfDue();
    await clock.pass(10);
    assert.notEqual(poller.fatal, undefined);
  });

  it('pass an internal error to the loop, and leave no rejection unhandled', async () => {
    argocd.onGet = () => Promise.reject(new TypeError('bug'));
    refresher.ask('refresh');
    await clock.pass(10);
    assert.throws(() => poller.lookIfDue(), /bug/);
  });

  it('stop when the run is canceled', async () => {
    argocd.onGet = ({ signal }) => hang(signal);
    refresher.ask('refresh');
    ports.cancel();
    await clock.pass(10);
    poller.lookIfDue();
  });
});
