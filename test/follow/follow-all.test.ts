import assert from 'node:assert/strict';
import type { FollowRequest, FollowedRun } from '../../src/follow/follow-all.ts';
import { followAll } from '../../src/follow/follow-all.ts';
import type { FollowObserver } from '../../src/follow/follow-observer.ts';
import { result } from '../report/example-results.ts';
import type { Address } from '../../src/argocd/port.ts';
import type { Application } from '../../src/sync/model/application.ts';
import { UserError } from '../../src/user-error.ts';
import {
  application,
  ended,
  operation,
  resource,
  second,
  syncGoal,
} from '../sync/sample-application.ts';
import { failed, FakeArgoCD, hang, portsOn } from './fake-argo-cd.ts';
import { ManualClock } from './manual-clock.ts';

describe('Following all applications of a run', () => {
  let clock: ManualClock;
  let argocd: FakeArgoCD;
  let ports: ReturnType<typeof portsOn>;

  beforeEach(() => {
    clock = new ManualClock();
    argocd = new FakeArgoCD(clock);
    ports = portsOn(argocd, clock);
  });
  afterEach(() => {
    assert.equal(clock.sleeping, 0, 'a timer is left behind');
    assert.equal(argocd.openStreams, 0, 'a stream is left open');
  });

  const follow = (change: Partial<FollowRequest & FollowedRun>) => {
    const request: FollowRequest & FollowedRun = {
      subject: { names: [] },
      project: 'default',
      goal: syncGoal({ waitFor: 'operation' }),
      timeout: 60_000,
      onTimeout: 'leave',
      onCancel: 'leave',
      hookLogLines: 0,
      marker: 'run-1',
      info: [],
      ...change,
    };
    return followAll(request, request, ports);
  };
  const named = (...names: string[]) => ({
    subject: { names: names.map((name) => ({ name })) },
  });

  /** Each sync lasts this long; reports how many were in progress at once. */
  function work(ms: number, change: (name: string) => Partial<Application> = () => ({})) {
    const doing = new Set<string>();
    const load = { most: 0, order: [] as string[] };
    const apps = new Map<string, Application>();
    const get = ({ name }: Address) => apps.get(name) ?? application({ name, ...change(name) });
    argocd.get = (address) => Promise.resolve(get(address));
    argocd.onSync = (address) => {
      const { name } = address;
      doing.add(name);
      load.order.push(name);
      load.most = Math.max(load.most, doing.size);
      const asked = operation();
      const pending = { ...get(address), operation: asked, resourceVersion: '2' };
      apps.set(name, pending);
      void clock.sleep(ms, new AbortController().signal).then(() => {
        doing.delete(name);
        apps.set(name, {
          ...get(address),
          operation: undefined,
          operationState: ended('Succeeded', { operation: asked }),
          reconciledAt: second(30),
          resourceVersion: '3',
        });
      });
      return Promise.resolve(pending);
    };
    return load;
  }

  it('follows ten at a time, in order, over one stream', async () => {
    const load = work(3_000);
    const names = Array.from({ length: 25 }, (_, index) => `app-${index}`);
    const results = await clock.finish(follow(named(...names)));
    assert.deepEqual(
      results.map(({ name, outcome }) => `${name} ${outcome}`),
      names.map((name) => `${name} succeeded`),
    );
    assert.equal(load.most, 10);
    assert.deepEqual(load.order, names);
    assert.equal(argocd.times('watch').length, 1);
  });

  it('counts children among the ten, and does not wait for itself', async () => {
    let doing = 0;
    let most = 0;
    argocd.get = async ({ name }) => {
      doing += 1;
      most = Math.max(most, doing);
      await clock.sleep(200, new AbortController().signal);
      doing -= 1;
      const children = name.includes('.')
        ? []
        : Array.from({ length: 12 }, (_, index) =>
            resource(undefined, {
              group: 'argoproj.io',
              kind: 'Application',
              name: `${name}.${index}`,
              namespace: 'argocd',
            }),
          );
      return application({ name, resources: children, autoSync: true });
    };
    const goal = { ...syncGoal(), action: 'wait', includeChildren: true } as const;
    const results = await clock.finish(
      follow({ ...named('a', 'b', 'c'), goal: { ...goal, target: { kind: 'tracked' } } }),
    );
    assert.deepEqual(
      results.map(({ outcome, children }) => `${outcome} ${children.length}`),
      ['succeeded 12', 'succeeded 12', 'succeeded 12'],
    );
    // A read and a refresh of each may be in progress at the same time.
    assert.ok(most > 3 && most <= 20, `${most}`);
  });

  it('resumes what an observer was waiting for, and shows it what is followed', async () => {
    const load = work(3_000);
    const shown: string[] = [];
    const observer: FollowObserver = {
      seen: () => undefined,
      ended: ({ result: own, operation: followed, path }) => {
        shown.push(`${path} ${followed?.phase}`);
        return Promise.resolve({ ...own, message: 'observed' });
      },
      resumed: ({ path }) =>
        path === 'a' ? Promise.resolve(result({ name: 'a', message: 'resumed' })) : undefined,
    };
    ports = { ...ports, observer };
    const results = await clock.finish(follow(named('a', 'b')));
    assert.deepEqual(
      results.map(({ message }) => message),
      ['resumed', 'observed'],
    );
    assert.deepEqual([load.order, shown], [['b'], ['b Succeeded']]);
  });

  it('lets the others finish if one has an internal error', async () => {
    work(3_000);
    const { get } = argocd;
    argocd.get = (address, options) =>
      address.name === 'bad' ? Promise.reject(new TypeError('bug')) : get(address, options);
    await assert.rejects(clock.finish(follow(named('bad', 'good'))), /bug/);
    assert.deepEqual(
      ports.told.flatMap((told) => (told.kind === 'result' ? [told.result.name] : [])),
      ['good'],
    );
  });

  it('applies one deadline to all, including those whose turn comes too late', async () => {
    work(50_000);
    const names = Array.from({ length: 15 }, (_, index) => `app-${index}`);
    const before = clock.now();
    const results = await clock.finish(follow(named(...names)));
    assert.equal(results.filter(({ outcome }) => outcome === 'succeeded').length, 10);
    assert.equal(results.filter(({ outcome }) => outcome === 'timedOut').length, 5);
    assert.ok(clock.now() - before <= 60_000);
    await clock.pass(60_000);
  });

  describe('that a selector finds', () => {
    const selector = 'team=shop';
    const found = [
      { name: 'one', namespace: 'argocd', project: 'default' },
      { name: 'two', namespace: 'argocd', project: 'default' },
    ];

    it('follows all of them', async () => {
      work(1_000);
      argocd.onFind = () => Promise.resolve(found);
      const results = await clock.finish(follow({ subject: { selector } }));
      assert.deepEqual(
        results.map(({ name }) => name),
        ['one', 'two'],
      );
    });

    it('is refused if there are none', async () => {
      await assert.rejects(clock.finish(follow({ subject: { selector } })), (error) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, /No application .* matches selector "team=shop" in project/);
        return true;
      });
      assert.equal(argocd.times('find').length, 1);
    });

    describe('with an expected count', () => {
      const third = { name: 'three', namespace: 'argocd', project: 'default' };

      for (const [what, first] of [
        ['none exist yet', []],
        ['some are still missing', found.slice(1)],
        ['one too many still exists', [...found, third]],
      ] as const) {
        it(`waits for it: ${what}`, async () => {
          const load = work(1_000);
          argocd.onFind = () => Promise.resolve(first);
          const running = follow({ subject: { selector, expectedCount: 2 }, timeout: 10 * 60_000 });
          await clock.pass(60_000);
          assert.deepEqual(load.order, []);
          argocd.onFind = () => Promise.resolve(found);
          const results = await clock.finish(running);
          assert.deepEqual(
            results.map(({ name }) => name),
            ['one', 'two'],
          );
        });
      }

      it('starts immediately if it is met', async () => {
        work(1_000);
        argocd.onFind = () => Promise.resolve(found);
        assert.equal(
          (await clock.finish(follow({ subject: { selector, expectedCount: 2 } }))).length,
          2,
        );
        assert.equal(argocd.times('find').length, 1);
      });

      for (const [expectedCount, message] of [
        [
          3,
          'Only 2 of 3 expected applications match selector "team=shop" in project "default" (argocd/one, argocd/two)',
        ],
        [
          1,
          '2 applications match selector "team=shop" in project "default", but expectedCount is 1 (argocd/one, argocd/two)',
        ],
      ] as const) {
        it(`says at the deadline how many of how many exist: 2 of ${expectedCount}`, async () => {
          argocd.onFind = () => Promise.resolve(found);
          const before = clock.now();
          await assert.rejects(clock.finish(follow({ subject: { selector, expectedCount } })), {
            message,
          });
          assert.equal(clock.now() - before, 60_000);
        });
      }

      it('says that none exist', async () => {
        argocd.onFind = () => Promise.resolve([]);
        await assert.rejects(clock.finish(follow({ subject: { selector, expectedCount: 2 } })), {
          message:
            'Only 0 of 2 expected applications match selector "team=shop" in project "default"',
        });
      });

      it('says how many existed when the run was canceled', async () => {
        argocd.onFind = () => Promise.resolve(found);
        const running = follow({ subject: { selector, expectedCount: 3 } });
        await clock.pass(1_000);
        ports.cancel();
        await assert.rejects(clock.finish(running), {
          message:
            'The run was canceled before selector "team=shop" matched 3 applications; it matched 2',
        });
      });
    });

    it('waits until any exist, if told to, and asks less and less often', async () => {
      work(1_000);
      const goal = syncGoal({ ifMissing: 'wait', waitFor: 'operation' });
      const running = follow({ subject: { selector }, goal, timeout: 10 * 60_000 });
      await clock.pass(5 * 60_000);
      const asked = argocd.times('find').length;
      assert.ok(asked > 15 && asked < 30, `${asked} searches in five minutes`);
      argocd.onFind = () => Promise.resolve(found);
      assert.equal((await clock.finish(running)).length, 2);
    });

    it('survives an outage of Argo CD until the deadline, and reports it then', async () => {
      argocd.onFind = () => Promise.reject(failed('unavailable', 'HTTP 502'));
      const before = clock.now();
      await assert.rejects(
        clock.finish(follow({ subject: { selector } })),
        /could not be reached .* HTTP 502/,
      );
      assert.equal(clock.now() - before, 60_000);
    });

    it('waits as long as the server asks', async () => {
      argocd.onFind = () => Promise.reject(failed('unavailable', 'HTTP 429', 50_000));
      await assert.rejects(clock.finish(follow({ subject: { selector } })));
      assert.equal(argocd.times('find').length, 2);
    });

    it('fails immediately if the token is refused', async () => {
      argocd.onFind = () => Promise.reject(failed('unauthenticated', 'expired'));
      await assert.rejects(clock.finish(follow({ subject: { selector } })), UserError);
      assert.equal(argocd.times('find').length, 1);
    });

    it('ends at the deadline even if the search hangs', async () => {
      argocd.onFind = (_selector, _project, signal) => hang(signal);
      const before = clock.now();
      await assert.rejects(clock.finish(follow({ subject: { selector } })), UserError);
      assert.equal(clock.now() - before, 60_000);
    });

    it('ends immediately if the run is canceled, and says so', async () => {
      argocd.onFind = (_selector, _project, signal) => hang(signal);
      const running = follow({ subject: { selector } });
      await clock.pass(1_000);
      ports.cancel();
      const before = clock.now();
      await assert.rejects(clock.finish(running), /was canceled before selector/);
      assert.equal(clock.now(), before);
    });

    it('rejects for an internal error', async () => {
      argocd.onFind = () => Promise.reject(new TypeError('bug'));
      await assert.rejects(clock.finish(follow({ subject: { selector } })), /bug/);
    });
  });
});
