import assert from 'node:assert/strict';
import type { Application } from '../../src/sync/application.ts';
import type { Goal } from '../../src/sync/goal.ts';
import type { Operation } from '../../src/sync/operation.ts';
import type { FollowSettings } from '../../src/follow/settings.ts';
import { Feed } from '../../src/follow/feed.ts';
import { Follower } from '../../src/follow/follower.ts';
import { parseSelectionEntry } from '../../src/sync/selection.ts';
import {
  application,
  ended,
  entry,
  foreign,
  operation,
  resource,
  second,
  state,
  syncGoal,
  terminateGoal,
} from '../sync/sample-application.ts';
import { failed, FakeArgoCD, hang, portsOn, settingsOf } from './fake-argo-cd.ts';
import { ManualClock } from './manual-clock.ts';

const minutes = 60_000;

describe('a follower', () => {
  let clock: ManualClock;
  let argocd: FakeArgoCD;
  let ports: ReturnType<typeof portsOn>;
  let streaming: Promise<void>;
  let version = 1;

  const asked = operation();
  const show = (change: Partial<Application>) => {
    version += 1;
    argocd.application = application({ ...change, resourceVersion: String(version) });
    return argocd.application;
  };
  const showRunning = () => show({ operation: asked, operationState: state({ operation: asked }) });
  const showDone = () =>
    show({
      operationState: ended('Succeeded', { operation: asked }),
      reconciledAt: second(21),
      history: [entry(1, asked.revisions[0] ?? '')],
    });
  const accept = () => {
    argocd.onSync = () => Promise.resolve(showRunning());
  };

  beforeEach(() => {
    clock = new ManualClock();
    argocd = new FakeArgoCD(clock);
    ports = portsOn(argocd, clock);
  });
  afterEach(async () => {
    ports.cancel();
    await clock.finish(streaming);
    assert.equal(clock.sleeping, 0, 'a timer is left behind');
    assert.equal(argocd.openStreams, 0, 'a stream is left open');
  });

  const follow = (goal: Goal = syncGoal(), change: Partial<FollowSettings> = {}) => {
    const feed = new Feed(argocd, clock, ports.random);
    streaming = feed.run({ project: '' }, ports.signal);
    return new Follower(settingsOf(goal, change), ports, feed).run();
  };
  /** The stream's heartbeats, for so long. */
  const beat = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 15_000) {
      argocd.send(undefined);
      await clock.pass(Math.min(15_000, ms - passed));
    }
  };

  it('asks for the sync, and ends when the stream tells that it is done', async () => {
    accept();
    const running = follow();
    await clock.pass(100);
    argocd.send({ type: 'MODIFIED', application: showDone() });
    const before = clock.now();
    assert.equal((await clock.finish(running)).outcome, 'succeeded');
    assert.equal(clock.now(), before);
    assert.ok(argocd.times('get').length <= 2);
  });

  it('asks once in ten seconds at most, for half an hour, while the stream is alive', async () => {
    accept();
    const running = follow();
    await beat(30 * minutes);
    assert.ok(argocd.times('get').length <= 182, `${argocd.times('get').length} looks`);
    assert.ok(argocd.times('refresh').length <= 1);
    assert.equal(argocd.times('sync').length, 1);
    showDone();
    assert.equal((await clock.finish(running)).outcome, 'succeeded');
  });

  it('looks within two seconds when the stream breaks, though it was about to sleep longer', async () => {
    accept();
    const running = follow();
    await beat(16_000);
    argocd.onWatch = () => failed('unavailable');
    const before = clock.now();
    showDone();
    argocd.breakStreams();
    await clock.finish(running);
    assert.ok(clock.now() - before <= 2_000, `${clock.now() - before} ms`);
  });

  describe('whose request got no answer', () => {
    it('never sends it again before a look that was answered', async () => {
      argocd.onSync = () => Promise.reject(failed('unclear'));
      let isAway = false;
      argocd.onGet = () =>
        isAway ? Promise.reject(failed('unavailable')) : Promise.resolve(argocd.application);
      const running = follow();
      await clock.pass(0);
      isAway = true;
      await clock.pass(5 * minutes);
      assert.equal(argocd.times('sync').length, 1);
      // It was carried out, and done while nobody could look.
      showDone();
      isAway = false;
      assert.equal((await clock.finish(running)).outcome, 'succeeded');
      assert.equal(argocd.times('sync').length, 1);
    });

    it('sends it again upon a look that was begun after the request had time to arrive', async () => {
      argocd.onSync = () => Promise.reject(failed('unclear'));
      const running = follow();
      await clock.pass(0);
      const [sentAt = 0] = argocd.times('sync');
      accept();
      await clock.pass(30_000);
      const [, again = 0] = argocd.times('sync');
      assert.ok(again - sentAt >= 2_000);
      assert.ok(argocd.times('get').some((at) => at >= sentAt + 2_000 && at <= again));
      showDone();
      assert.equal((await clock.finish(running)).outcome, 'succeeded');
    });

    it('hears of its operation by the stream while a look hangs', async () => {
      argocd.onSync = () => Promise.reject(failed('unclear'));
      const running = follow();
      await clock.pass(0);
      argocd.onGet = ({ signal }) => hang(signal);
      await clock.pass(1_000);
      argocd.send({ type: 'MODIFIED', application: showDone() });
      const before = clock.now();
      assert.equal((await clock.finish(running)).outcome, 'succeeded');
      assert.equal(clock.now(), before);
    });
  });

  describe('whose changes fail', () => {
    const selective = () => {
      const parsed = parseSelectionEntry('Deployment:web');
      assert.ok('entry' in parsed);
      return syncGoal({ options: { resources: [parsed.entry] } });
    };
    const cases: readonly (readonly [string, string, () => Goal, () => void])[] = [
      [
        'a sync that is busy',
        'sync',
        syncGoal,
        () => (argocd.onSync = () => Promise.reject(failed('busy'))),
      ],
      [
        'a sync while Argo CD is away',
        'sync',
        syncGoal,
        () => (argocd.onSync = () => Promise.reject(failed('unavailable'))),
      ],
      [
        'manifests that do not come',
        'manifests',
        selective,
        () => (argocd.onManifests = () => Promise.reject(failed('unavailable'))),
      ],
      [
        'a terminate at which Argo CD breaks',
        'terminate',
        () => terminateGoal,
        () => {
          const other: Operation = foreign();
          show({ operation: other, operationState: state({ operation: other }) });
          argocd.onTerminate = () => Promise.reject(failed('internal'));
        },
      ],
    ];
    for (const [what, call, goal, arrange] of cases) {
      it(`pauses longer and longer between tries: ${what}`, async () => {
        arrange();
        const running = follow(goal(), { deadline: clock.now() + 10 * minutes });
        assert.equal((await clock.finish(running)).outcome, 'timedOut');
        const tries = argocd.times(call).length;
        assert.ok(tries > 10 && tries < 75, `${tries} tries in ten minutes`);
      });
    }

    it('reads once what a selection stands for', async () => {
      argocd.onManifests = () =>
        Promise.resolve([{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } }]);
      argocd.onSync = () => Promise.reject(failed('busy'));
      await clock.finish(follow(selective(), { deadline: clock.now() + 10_000 }));
      assert.ok(argocd.times('sync').length > 1);
      assert.equal(argocd.times('manifests').length, 1);
    });

    it('waits with the next try as long as the server asks', async () => {
      argocd.onSync = () => Promise.reject(failed('unavailable', 'HTTP 429', 40_000));
      const running = follow(undefined, { deadline: clock.now() + 39_000 });
      await clock.finish(running);
      assert.equal(argocd.times('sync').length, 1);
    });
  });

  describe('whose time is up', () => {
    const hangs: readonly (readonly [string, () => void])[] = [
      ['the first look', () => (argocd.onGet = ({ signal }) => hang(signal))],
      ['the request', () => (argocd.onSync = (_address, _request, signal) => hang(signal))],
    ];
    for (const [what, arrange] of hangs) {
      it(`ends on time although Argo CD does not answer ${what}`, async () => {
        arrange();
        const deadline = clock.now() + 10_000;
        const result = await clock.finish(follow(undefined, { deadline }));
        assert.equal(result.outcome, 'timedOut');
        assert.match(result.message, /Not done within 10 s/);
        assert.equal(clock.now(), deadline);
      });
    }

    it('ends on time although Argo CD holds a refresh', async () => {
      accept();
      argocd.onGet = ({ refresh, signal }) =>
        refresh === true ? hang(signal) : Promise.resolve(argocd.application);
      const deadline = clock.now() + 10_000;
      await clock.finish(follow(undefined, { deadline }));
      assert.equal(clock.now(), deadline);
    });

    it('terminates the operation of a request that was broken off, if told to', async () => {
      argocd.onSync = (_address, _request, signal) => {
        showRunning();
        return hang(signal);
      };
      argocd.onTerminate = () => Promise.resolve();
      const deadline = clock.now() + 10_000;
      const { message } = await clock.finish(
        follow(undefined, { deadline, onTimeout: 'terminate' }),
      );
      assert.match(message, /was terminated, as was asked/);
    });

    it('still reads the log of what it has to explain', async () => {
      accept();
      argocd.onLogs = (_address, _query, signal) =>
        signal.aborted ? hang(signal) : Promise.resolve({ lines: ['boom'], fault: '' });
      const running = follow(undefined, { deadline: clock.now() + 10_000 });
      await clock.pass(500);
      const job = { group: 'batch', kind: 'Job', name: 'import' };
      const health = { status: 'Degraded', message: '' } as const;
      show({ operation: asked, health, resources: [resource('Degraded', job)] });
      const { outcome, causes } = await clock.finish(running);
      assert.equal(outcome, 'timedOut');
      assert.deepEqual(causes.find((cause) => cause.resource?.name === 'import')?.log, ['boom']);
    });

    it('counts what it learns in the last moment', async () => {
      accept();
      const deadline = clock.now() + 10_000;
      const running = follow(undefined, { deadline });
      await clock.pass(500);
      const never = new AbortController().signal;
      argocd.onGet = () => clock.sleep(deadline - clock.now(), never).then(showDone);
      assert.equal((await clock.finish(running)).outcome, 'succeeded');
      assert.equal(clock.now(), deadline);
    });

    it('says so when its turn never came', async () => {
      const { outcome, message } = await clock.finish(
        follow(undefined, { deadline: clock.now() - 1 }),
      );
      assert.equal(outcome, 'timedOut');
      assert.match(message, /Not begun: the time was up/);
      assert.deepEqual(argocd.times('get'), []);
    });
  });

  describe('that is cancelled', () => {
    const awaits: readonly (readonly [string, () => void])[] = [
      ['the first look', () => (argocd.onGet = ({ signal }) => hang(signal))],
      ['the answer to the request', () => (argocd.onSync = (_a, _r, signal) => hang(signal))],
      ['the operation', accept],
      [
        'a pause',
        () => (argocd.onSync = () => Promise.reject(failed('unavailable', 'HTTP 429', 60_000))),
      ],
    ];
    for (const [what, arrange] of awaits) {
      for (const onCancel of ['leave', 'terminate'] as const) {
        it(`ends within five seconds while it waits for ${what} (onCancel: ${onCancel})`, async () => {
          arrange();
          const running = follow(undefined, { onCancel });
          await clock.pass(1_000);
          argocd.onTerminate = (_address, signal) => hang(signal);
          ports.cancel();
          const before = clock.now();
          assert.equal((await clock.finish(running)).outcome, 'canceled');
          assert.ok(clock.now() - before <= (onCancel === 'leave' ? 0 : 5_000));
        });
      }
    }
  });

  it('looks at once when the application that it waits for is made', async () => {
    accept();
    argocd.onGet = () => Promise.reject(failed('not-found'));
    const running = follow(syncGoal({ ifMissing: 'wait' }));
    await beat(2 * minutes);
    argocd.onGet = () => Promise.resolve(argocd.application);
    const before = clock.now();
    argocd.send({ type: 'ADDED', application: argocd.application });
    await clock.pass(1_000);
    assert.equal(argocd.times('sync').length, 1);
    assert.ok((argocd.times('sync')[0] ?? 0) - before <= 500);
    showDone();
    assert.equal((await clock.finish(running)).outcome, 'succeeded');
  });

  it('rejects for a bug of ours', async () => {
    argocd.onGet = () => Promise.reject(new TypeError('bug'));
    await assert.rejects(clock.finish(follow()), /bug/);
  });

  it('tells a state that lasts, and not what is over at once', async () => {
    accept();
    const running = follow();
    await clock.pass(1_000);
    const statuses = () => ports.told.filter(({ kind }) => kind === 'status').length;
    assert.equal(statuses(), 0);
    show({ operation: asked });
    await clock.pass(10_000);
    assert.equal(statuses(), 1);
    await clock.pass(minutes);
    assert.equal(statuses(), 1);
    showDone();
    await clock.finish(running);
  });
});
