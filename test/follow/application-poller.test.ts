import assert from 'node:assert/strict';
import { Wakeup } from '../../src/async/wakeup.ts';
import { Feed } from '../../src/follow/feed.ts';
import { ApplicationPoller, retryDelayFor } from '../../src/follow/application-poller.ts';
import type { ChangeListener } from '../../src/follow/change-source.ts';
import { FollowState } from '../../src/follow/follow-state.ts';
import type { Goal } from '../../src/sync/model/goal.ts';
import { application, syncGoal } from '../sync/sample-application.ts';
import { failed, FakeArgoCD, hang, portsOn, settingsOf } from './fake-argo-cd.ts';
import { ManualClock } from './manual-clock.ts';

describe('The application poller', () => {
  let clock: ManualClock;
  let argocd: FakeArgoCD;
  let ports: ReturnType<typeof portsOn>;
  let feed: Feed;
  let streaming: Promise<void>;
  let followState: FollowState;
  let poller: ApplicationPoller;

  const make = (goal: Goal = syncGoal()) => {
    clock = new ManualClock();
    argocd = new FakeArgoCD(clock);
    ports = portsOn(argocd, clock);
    feed = new Feed(argocd, clock, ports.random);
    streaming = feed.run({ project: '' }, ports.signal);
    followState = new FollowState(goal, 'run-1', clock);
    poller = new ApplicationPoller(settingsOf(goal), ports, followState, feed, new Wakeup(clock));
  };
  beforeEach(() => make());
  afterEach(async () => {
    ports.cancel();
    await clock.finish(streaming);
  });

  /**
   * Polls whenever a read is due, for so long; returns when the reads started, from the beginning.
   */
  async function watch(ms: number): Promise<readonly number[]> {
    const from = clock.now();
    for (const until = from + ms; clock.now() < until; await clock.pass(100)) {
      poller.lookIfDue();
    }
    return argocd.times('get').flatMap((at) => (at < from ? [] : [at - from]));
  }
  const notices = () => ports.told.map((told) => (told.kind === 'notice' ? told.message : ''));

  it('polls every second of the first minute without a stream, and then less and less often', async () => {
    const looks = await watch(30 * 60_000);
    const pauses = looks.slice(1).map((at, index) => at - (looks[index] ?? 0));
    const early = pauses.filter((_, index) => (looks[index] ?? 0) < 59_000);
    assert.ok(Math.max(...early) <= 2_000, `${Math.max(...early)}`);
    assert.ok(Math.max(...pauses) <= 15_100);
    assert.ok(looks.length < 260, `${looks.length} looks in half an hour`);
  });

  it('remembers when the last successful read started', async () => {
    const begunAt = clock.now();
    poller.lookIfDue();
    await clock.pass(100);
    assert.equal(followState.memory.lookedAt, begunAt);
    argocd.onGet = () => Promise.reject(failed('unavailable'));
    await watch(5_000);
    assert.equal(followState.memory.lookedAt, begunAt);
  });

  it('polls every ten seconds while the stream is alive', async () => {
    await clock.pass(0);
    argocd.send(undefined);
    await clock.pass(10);
    const looks = [];
    for (let beat = 0; beat < 8; beat += 1) {
      looks.push(...(await watch(15_000)));
      argocd.send(undefined);
    }
    assert.ok(looks.length <= 13, `${looks.length} looks in two minutes`);
    assert.ok(looks.length >= 11);
  });

  it('reads again if the stream opened after the last read, since it did not report changes between them', async () => {
    assert.equal((await watch(500)).length, 1);
    argocd.send(undefined);
    assert.equal((await watch(5_000)).length, 1);
  });

  it('has one read at a time, even while that hangs', async () => {
    argocd.onGet = ({ signal }) => hang(signal);
    await watch(20_000);
    assert.equal(argocd.times('get').length, 1);
    assert.equal(poller.due, Infinity);
  });

  it('starts a demanded read after the current one, and counts only the new one', async () => {
    let answer = () => undefined as void;
    argocd.onGet = () =>
      new Promise((resolve) => {
        answer = () => resolve(application());
      });
    poller.lookIfDue();
    const look = poller.demand();
    answer();
    await clock.pass(0);
    assert.equal(poller.hasAnswered(look), false);
    poller.lookIfDue();
    answer();
    await clock.pass(0);
    assert.equal(poller.hasAnswered(look), true);
    assert.notEqual(poller.due, -Infinity);
  });

  it('reports an outage once, and its end', async () => {
    await watch(1_000);
    argocd.onGet = () => Promise.reject(failed('unavailable', 'HTTP 502'));
    await watch(60_000);
    argocd.onGet = () => Promise.resolve(application());
    await watch(20_000);
    assert.equal(notices().length, 2);
    assert.match(notices()[0] ?? '', /Cannot reach Argo CD; retrying\. HTTP 502/);
    assert.match(notices()[1] ?? '', /responds again after \d+ s/);
    assert.equal(poller.fatal, undefined);
  });

  it('backs off while Argo CD is down, and returns to its interval afterward', async () => {
    argocd.onGet = () => Promise.reject(failed('unavailable'));
    const away = await watch(60_000);
    assert.ok(away.length <= 16, `${away.length} looks in a minute`);
    argocd.onGet = () => Promise.resolve(application());
    await watch(20_000);
    assert.ok((await watch(10_000)).length >= 2);
  });

  it('waits as long as the server asks, but at most a minute', async () => {
    argocd.onGet = () => Promise.reject(failed('unavailable', 'HTTP 429', 20_000));
    assert.deepEqual(await watch(20_000), [0]);
    assert.equal(retryDelayFor(failed('unavailable', '', 3_600_000)), 60_000);
    assert.equal(retryDelayFor(new Error('other')), 0);
  });

  it('ends immediately if the token is refused', async () => {
    await watch(100);
    argocd.onGet = () => Promise.reject(failed('unauthenticated', 'token is expired'));
    await watch(2_000);
    assert.match(poller.fatal?.message ?? '', /token is expired/);
  });

  it('ends if the application is missing, and says what to choose instead', async () => {
    argocd.onGet = () => Promise.reject(failed('not-found'));
    await watch(100);
    assert.match(poller.fatal?.advice ?? '', /ifMissing: wait/);
  });

  it('ends if the application was deleted after it was seen, even with ifMissing: wait', async () => {
    make(syncGoal({ ifMissing: 'wait' }));
    await watch(100);
    argocd.onGet = () => Promise.reject(failed('not-found'));
    await watch(2_000);
    assert.match(poller.fatal?.message ?? '', /was deleted during the wait/);
  });

  it('reads without the AppProject if the application left it after it was seen', async () => {
    const asked: string[] = [];
    argocd.onGet = (_, { project }) => {
      asked.push(project);
      return project === '' ? Promise.resolve(application({ project: 'other' })) : gone();
    };
    const gone = () => Promise.reject(failed('not-found'));
    await watch(100);
    assert.equal(asked.includes(''), false, 'nothing was seen that could have moved');
    make();
    await watch(100);
    const found = application({ project: 'other' });
    argocd.onGet = (_, { project }) => (project === '' ? Promise.resolve(found) : gone());
    await watch(2_000);
    assert.equal(poller.fatal, undefined);
    assert.equal(followState.application?.project, 'other');
  });

  it('waits for a missing application if told to, at the same intervals', async () => {
    make(syncGoal({ ifMissing: 'wait' }));
    argocd.onGet = () => Promise.reject(failed('not-found'));
    const looks = await watch(30_000);
    assert.ok(looks.length >= 25, `${looks.length} looks`);
    assert.match(poller.missing ?? '', /no application "shop"/);
    argocd.onGet = () => Promise.resolve(application());
    await watch(2_000);
    assert.equal(poller.missing, undefined);
  });

  it('does not report calls that a cancellation interrupted', async () => {
    argocd.onGet = ({ signal }) => hang(signal);
    poller.lookIfDue();
    ports.cancel();
    await clock.pass(0);
    assert.deepEqual(ports.told, []);
    assert.equal(poller.fatal, undefined);
    assert.doesNotThrow(() => poller.lookIfDue());
  });

  it('throws an internal error in the next turn', async () => {
    argocd.onGet = () => Promise.reject(new TypeError('bug'));
    poller.lookIfDue();
    await clock.pass(0);
    assert.throws(() => poller.lookIfDue(), /bug/);
  });

  describe('that listens for changes', () => {
    const looked = async () => {
      const before = argocd.times('get').length;
      poller.lookIfDue();
      await clock.pass(0);
      return argocd.times('get').length > before;
    };
    const later = (change = {}) => application({ resourceVersion: '9', ...change });
    const table = [
      [
        'takes over what the stream reports',
        { type: 'MODIFIED', application: later() },
        [true, false],
      ],
      [
        'reads a recreated application',
        { type: 'MODIFIED', application: later({ uid: 'other' }) },
        [true, true],
      ],
      [
        'makes the loop decide again when the stream breaks, and reads when due',
        'broken',
        [true, false],
      ],
      ['reads when it is told of a change', 'changed', [true, true]],
      [
        'ignores anything older than what it knows',
        { type: 'MODIFIED', application: application({ resourceVersion: '1' }) },
        [false, false],
      ],
    ] as const;
    for (const [what, event, expected] of table) {
      it(what, async () => {
        let hear: ChangeListener = () => undefined;
        const heard: string[] = [];
        const changes = {
          ...{ polling: feed.polling, aliveSince: clock.now() },
          listen: (name: string, listener: ChangeListener) => {
            hear = listener;
            return () => void heard.push(`${name} no more`);
          },
        };
        argocd.application = application({ resourceVersion: '5' });
        const settings = settingsOf();
        poller = new ApplicationPoller(settings, ports, followState, changes, new Wakeup(clock));
        const stop = poller.listen(() => heard.push('changed'));
        assert.equal(await looked(), true);
        hear(event);
        assert.deepEqual([heard.length > 0, await looked()], expected);
        stop();
        assert.equal(heard.at(-1), 'shop no more');
      });
    }
  });
});
