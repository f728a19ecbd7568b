import assert from 'node:assert/strict';
import type { Application } from '../../src/sync/model/application.ts';
import type { Goal } from '../../src/sync/model/goal.ts';
import type { Operation } from '../../src/sync/model/operation.ts';
import type { Address } from '../../src/argocd/port.ts';
import { Contact } from '../../src/follow/contact.ts';
import type { FollowPorts, FollowSettings } from '../../src/follow/settings.ts';
import { AccessDenied } from '../../src/follow/access-denied.ts';
import { Feed } from '../../src/follow/feed.ts';
import { Follower } from '../../src/follow/follower.ts';
import { parseSelectionEntry } from '../../src/sync/plan/selection.ts';
import {
  application,
  ended,
  entry,
  foreign,
  operation,
  resource,
  result,
  second,
  state,
  syncGoal,
  terminateGoal,
} from '../sync/sample-application.ts';
import { failed, FakeArgoCD, hang, portsOn, settingsOf } from './fake-argo-cd.ts';
import { ManualClock } from './manual-clock.ts';

const minutes = 60_000;
const manifest = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });

describe('A follower', () => {
  let clock: ManualClock;
  let argocd: FakeArgoCD;
  let ports: ReturnType<typeof portsOn> & Pick<FollowPorts, 'contact'>;
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

  it('requests the sync, and ends when the stream reports that it is done', async () => {
    accept();
    const running = follow();
    await clock.pass(100);
    argocd.send({ type: 'MODIFIED', application: showDone() });
    const before = clock.now();
    assert.equal((await clock.finish(running)).outcome, 'succeeded');
    assert.equal(clock.now(), before);
    assert.ok(argocd.times('get').length <= 2);
  });

  it('polls at most once in ten seconds, for half an hour, while the stream is alive', async () => {
    accept();
    const running = follow();
    await beat(30 * minutes);
    assert.ok(argocd.times('get').length <= 182, `${argocd.times('get').length} looks`);
    assert.ok(argocd.times('refresh').length <= 1);
    assert.equal(argocd.times('sync').length, 1);
    showDone();
    assert.equal((await clock.finish(running)).outcome, 'succeeded');
  });

  it('reads within two seconds when the stream breaks, even if it was going to sleep longer', async () => {
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

  describe('whose request got no response', () => {
    it('never sends it again before a successful read', async () => {
      argocd.onSync = () => Promise.reject(failed('unclear'));
      let isAway = false;
      argocd.onGet = () =>
        isAway ? Promise.reject(failed('unavailable')) : Promise.resolve(argocd.application);
      const running = follow();
      await clock.pass(0);
      isAway = true;
      await clock.pass(5 * minutes);
      assert.equal(argocd.times('sync').length, 1);
      // It took effect, and was done while nothing could be read.
      showDone();
      isAway = false;
      assert.equal((await clock.finish(running)).outcome, 'succeeded');
      assert.equal(argocd.times('sync').length, 1);
    });

    it('sends it again after a read that started after the request had time to arrive', async () => {
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

    it('hears about its operation from the stream while a read hangs', async () => {
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

  describe('whose Argo CD does not respond', () => {
    const away = failed('unavailable', 'connect ECONNREFUSED 10.0.0.1:443');

    it('ends after two minutes if it never did, and says what to do', async () => {
      argocd.onGet = () => Promise.reject(away);
      argocd.onWatch = () => away;
      const before = clock.now();
      const result = await clock.finish(follow(syncGoal(), { deadline: before + 30 * minutes }));
      assert.equal(clock.now() - before, 120_000);
      assert.equal(result.outcome, 'failed');
      assert.match(result.message, /could not be reached.*ECONNREFUSED/);
      assert.match(result.causes[0]?.advice ?? '', /Check URL and port/);
    });

    it('ends after two minutes even if no connection is refused', async () => {
      argocd.onGet = ({ signal }) =>
        new Promise((_, reject) => {
          void clock.sleep(20_000, signal).then(() => reject(failed('unavailable', 'no answer')));
        });
      const before = clock.now();
      await clock.finish(follow(syncGoal(), { deadline: before + 30 * minutes }));
      assert.equal(clock.now() - before, 120_000);
    });

    it('ends at an earlier deadline, with the same advice', async () => {
      argocd.onGet = () => Promise.reject(away);
      const before = clock.now();
      const result = await clock.finish(follow(syncGoal(), { deadline: before + 30_000 }));
      assert.equal(clock.now() - before, 30_000);
      assert.equal(result.outcome, 'timedOut');
      assert.match(result.causes[0]?.advice ?? '', /Check URL and port/);
    });

    it('waits until the deadline if it ever responded to anyone', async () => {
      argocd.onGet = () => Promise.reject(away);
      const contact = new Contact(clock.now());
      contact.make();
      ports = { ...ports, contact };
      const before = clock.now();
      const result = await clock.finish(follow(syncGoal(), { deadline: before + 30 * minutes }));
      assert.equal(clock.now() - before, 30 * minutes);
      assert.equal(result.outcome, 'timedOut');
      assert.match(result.message, /last status: Argo CD cannot be reached/);
    });
  });

  describe('whose application disappears', () => {
    const isMoved = (project: string) => (address: Address) =>
      address.project === '' || address.project === project
        ? Promise.resolve(argocd.application)
        : Promise.reject(failed('not-found'));

    it('sends the AppProject that it learned, from the first read on', async () => {
      accept();
      const asked: string[] = [];
      argocd.onGet = (_, { project }) => {
        asked.push(project);
        return Promise.resolve(argocd.application);
      };
      const running = follow(syncGoal(), { address: { name: 'shop', project: '' } });
      await clock.pass(30_000);
      showDone();
      await clock.finish(running);
      assert.deepEqual([...new Set(asked)], ['', 'default']);
      assert.equal(asked.filter((project) => project === '').length, 1);
    });

    it('says that it was deleted, even if no AppProject was given', async () => {
      accept();
      const running = follow(syncGoal(), { address: { name: 'shop', project: '' } });
      await clock.pass(3_000);
      argocd.onGet = (_, { project }) =>
        Promise.reject(failed(project === '' ? 'hidden' : 'not-found', 'permission denied'));
      const result = await clock.finish(running);
      assert.match(result.message, /was deleted during the wait/);
    });

    it('says that it was deleted if the stream says so and a read finds nothing', async () => {
      accept();
      const running = follow();
      await clock.pass(3_000);
      const before = clock.now();
      argocd.onGet = () => Promise.reject(failed('hidden', 'permission denied'));
      argocd.send({ type: 'DELETED', application: argocd.application });
      const result = await clock.finish(running);
      assert.match(result.message, /was deleted during the wait/);
      assert.equal(clock.now(), before);
    });

    it('follows it to another AppProject, says so, and uses that from then on', async () => {
      accept();
      const running = follow();
      await clock.pass(3_000);
      show({
        operation: asked,
        operationState: state({ operation: asked }),
        project: 'other',
      });
      const found = isMoved('other');
      const projects: string[] = [];
      argocd.onGet = (_, address) => {
        projects.push(address.project);
        return found(address);
      };
      await clock.pass(30_000);
      assert.deepEqual(projects.slice(0, 2), ['default', '']);
      assert.equal(new Set(projects.slice(2)).size, 1);
      assert.equal(projects[2], 'other');
      show({
        operationState: ended('Succeeded', { operation: asked }),
        reconciledAt: second(21),
        project: 'other',
      });
      assert.equal((await clock.finish(running)).outcome, 'succeeded');
      const notices = ports.told.flatMap((told) => (told.kind === 'notice' ? told.message : []));
      assert.equal(notices.length, 1);
      assert.match(notices[0] ?? '', /moved from AppProject "default" to "other"/);
    });

    it('distinguishes one that was recreated in another AppProject from the followed one', async () => {
      accept();
      const running = follow();
      await clock.pass(3_000);
      show({ project: 'other', uid: 'uid-2' });
      argocd.onGet = (_, address) => isMoved('other')(address);
      const result = await clock.finish(running);
      assert.match(result.message, /deleted and recreated/);
      const notices = ports.told.flatMap((told) => (told.kind === 'notice' ? told.message : []));
      assert.doesNotMatch(notices.join('\n'), /moved/);
    });

    it('waits two minutes if the right to read it is missing, since Argo CD also reports outages that way', async () => {
      accept();
      const running = follow();
      await clock.pass(3_000);
      const before = clock.now();
      argocd.onGet = () => Promise.reject(failed('hidden', 'permission denied'));
      const result = await clock.finish(running);
      assert.ok(clock.now() - before >= 120_000, `${clock.now() - before} ms`);
      assert.match(result.causes[0]?.advice ?? '', /token's role/);
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
        'a sync while Argo CD is down',
        'sync',
        syncGoal,
        () => (argocd.onSync = () => Promise.reject(failed('unavailable'))),
      ],
      [
        'manifests that cannot be read',
        'manifests',
        selective,
        () => (argocd.onManifests = () => Promise.reject(failed('unavailable'))),
      ],
      [
        'a terminate while Argo CD is down',
        'terminate',
        () => terminateGoal,
        () => {
          const other: Operation = foreign();
          show({ operation: other, operationState: state({ operation: other }) });
          argocd.onTerminate = () => Promise.reject(failed('unavailable'));
        },
      ],
    ];
    for (const [what, call, goal, arrange] of cases) {
      it(`waits longer and longer between tries: ${what}`, async () => {
        arrange();
        const running = follow(goal(), { deadline: clock.now() + 10 * minutes });
        assert.equal((await clock.finish(running)).outcome, 'timedOut');
        const tries = argocd.times(call).length;
        assert.ok(tries > 10 && tries < 75, `${tries} tries in ten minutes`);
      });
    }

    const unknown: readonly (readonly [string, () => Goal, () => void])[] = [
      [
        'a sync',
        syncGoal,
        () => (argocd.onSync = () => Promise.reject(failed('internal', 'odd words'))),
      ],
      [
        'manifests',
        selective,
        () => (argocd.onManifests = () => Promise.reject(failed('internal', 'odd words'))),
      ],
      [
        'a terminate',
        () => terminateGoal,
        () => {
          const other: Operation = foreign();
          show({ operation: other, operationState: state({ operation: other }) });
          argocd.onTerminate = () => Promise.reject(failed('internal', 'odd words'));
        },
      ],
    ];
    for (const [what, goal, arrange] of unknown) {
      it(`gives up after two minutes of an unknown error, which it reports meanwhile: ${what}`, async () => {
        arrange();
        const before = clock.now();
        const running = follow(goal(), { deadline: before + 30 * minutes });
        const result = await clock.finish(running);
        assert.equal(result.outcome, 'failed', result.message);
        assert.match(`${result.causes[0]?.title} ${result.causes[0]?.message}`, /odd words/);
        const took = clock.now() - before;
        assert.ok(took >= 120_000 && took <= 150_000, `${took} ms`);
        const lines = ports.told.flatMap((told) => (told.kind === 'status' ? told.message : []));
        assert.match(lines.join('\n'), /odd words/);
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

    it('delays the next try as long as the server asks', async () => {
      argocd.onSync = () => Promise.reject(failed('unavailable', 'HTTP 429', 40_000));
      const running = follow(undefined, { deadline: clock.now() + 39_000 });
      await clock.finish(running);
      assert.equal(argocd.times('sync').length, 1);
    });
  });

  describe('whose time is up', () => {
    const hangs: readonly (readonly [string, () => void])[] = [
      ['the first read', () => (argocd.onGet = ({ signal }) => hang(signal))],
      ['the request', () => (argocd.onSync = (_address, _request, signal) => hang(signal))],
    ];
    for (const [what, arrange] of hangs) {
      it(`ends on time although Argo CD does not respond to ${what}`, async () => {
        arrange();
        const deadline = clock.now() + 10_000;
        const result = await clock.finish(follow(undefined, { deadline }));
        assert.equal(result.outcome, 'timedOut');
        assert.match(result.message, /Not finished within 10 s/);
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

    it('terminates the operation of an interrupted request, if told to', async () => {
      argocd.onSync = (_address, _request, signal) => {
        showRunning();
        return hang(signal);
      };
      argocd.onTerminate = () => Promise.resolve();
      const deadline = clock.now() + 10_000;
      const { message } = await clock.finish(
        follow(undefined, { deadline, onTimeout: 'terminate' }),
      );
      assert.match(message, /was terminated, as requested/);
    });

    it('still reads the logs that explain the result', async () => {
      accept();
      argocd.onLogs = (_address, _query, signal) =>
        signal.aborted ? hang(signal) : Promise.resolve({ lines: ['boom'], fault: '' });
      const running = follow(undefined, { deadline: clock.now() + 10_000 });
      await clock.pass(500);
      const job = { group: 'batch', kind: 'Job', name: 'import' };
      const results = [result(job)];
      show({
        operation: asked,
        operationState: state({ operation: asked, results }),
        resources: [resource('Progressing', job)],
      });
      const { outcome, causes } = await clock.finish(running);
      assert.equal(outcome, 'timedOut');
      assert.deepEqual(causes.find((cause) => cause.resource?.name === 'import')?.log, ['boom']);
    });

    it('counts what it learns at the last moment', async () => {
      accept();
      const deadline = clock.now() + 10_000;
      const running = follow(undefined, { deadline });
      await clock.pass(500);
      const never = new AbortController().signal;
      argocd.onGet = () => clock.sleep(deadline - clock.now(), never).then(showDone);
      assert.equal((await clock.finish(running)).outcome, 'succeeded');
      assert.equal(clock.now(), deadline);
    });

    it('says so if its turn never came', async () => {
      const { outcome, message } = await clock.finish(
        follow(undefined, { deadline: clock.now() - 1 }),
      );
      assert.equal(outcome, 'timedOut');
      assert.match(message, /Not started: timed out/);
      assert.deepEqual(argocd.times('get'), []);
    });
  });

  describe('that is canceled', () => {
    const awaits: readonly (readonly [string, () => void])[] = [
      ['the first read', () => (argocd.onGet = ({ signal }) => hang(signal))],
      ['the response to the request', () => (argocd.onSync = (_a, _r, signal) => hang(signal))],
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

  it('reads immediately when the awaited application is created', async () => {
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

  it('ends with a message, and nothing new, once access to the application is denied', async () => {
    accept();
    argocd.onManifests = () => Promise.resolve(['a', 'b'].map(manifest));
    const running = follow();
    await clock.pass(10_000);
    argocd.onGet = () => Promise.reject(new AccessDenied('No rule allows it', 'Add one'));
    showDone();
    argocd.breakStreams();
    const ended = await clock.finish(running);
    assert.equal(ended.outcome, 'failed');
    assert.equal(ended.message, 'No rule allows it');
    assert.equal(ended.causes[0]?.advice, 'Add one');
    const { steps, operation, revisions, syncStatus, health, images } = ended;
    const told = ports.told.flatMap((one) => (one.kind === 'step' ? [one.step] : []));
    assert.deepEqual(
      { steps: steps.length, operation, revisions, syncStatus, health, images },
      {
        ...{ steps: new Set(told.map(({ name }) => name)).size, operation: undefined },
        ...{ revisions: [], syncStatus: undefined, health: undefined, images: [] },
      },
    );
  });

  it('rejects for an internal error', async () => {
    argocd.onGet = () => Promise.reject(new TypeError('bug'));
    await assert.rejects(clock.finish(follow()), /bug/);
  });

  it('reports a state that lasts, but not one that ends immediately', async () => {
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
