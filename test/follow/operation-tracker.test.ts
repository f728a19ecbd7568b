import assert from 'node:assert/strict';
import { Detachment } from '../../src/follow/detachment.ts';
import type { HeldSteps } from '../../src/follow/held-steps.ts';
import { OperationTracker } from '../../src/follow/operation-tracker.ts';
import type { FollowPorts } from '../../src/follow/settings.ts';
import type { Application } from '../../src/sync/model/application.ts';
import { atOnce } from '../../src/sync/model/at-once.ts';
import type { Goal } from '../../src/sync/model/goal.ts';
import type { OperationState } from '../../src/sync/model/operation.ts';
import type { Cause } from '../../src/sync/model/outcome.ts';
import {
  A,
  application,
  ended,
  entry,
  fresh,
  hook,
  result,
  state,
  syncGoal,
  terminateGoal,
} from '../sync/sample-application.ts';
import { failed, FakeArgoCD, hang, portsOn, settingsOf } from './fake-argo-cd.ts';
import { ManualClock } from './manual-clock.ts';
import { MemoryCheckpointStore } from './memory-checkpoint-store.ts';

const job = (policy = 'BeforeHookCreation') => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: {
    name: 'migrate',
    annotations: {
      'argocd.argoproj.io/hook': 'PreSync',
      'argocd.argoproj.io/hook-delete-policy': policy,
      'argocd.argoproj.io/sync-wave': '-1',
    },
  },
});
const oddHook = { 'argocd.argoproj.io/hook': 'presync' };
const web = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' } };

function deferred() {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve: () => resolve() };
}

const nothingKept = { steps: [], plan: undefined };

describe('The reported progress of an operation', () => {
  let clock: ManualClock;
  let argocd: FakeArgoCD;
  let ports: ReturnType<typeof portsOn>;
  let tracker: OperationTracker;

  beforeEach(() => {
    clock = new ManualClock();
    argocd = new FakeArgoCD(clock);
    argocd.onManifests = () => Promise.resolve([job(), web]);
    ports = portsOn(argocd, clock);
    tracker = new OperationTracker(settingsOf(), ports, nothingKept);
  });
  afterEach(() => ports.cancel());

  const track = async (change: Partial<OperationState>) => {
    const operationState = state(change);
    atOnce(
      tracker.track(application({ operation: operationState.operation, operationState }), fresh()),
    );
    await clock.pass(0);
  };
  const running = hook({ hookPhase: 'Running' });
  const steps = () =>
    ports.told.flatMap((told) =>
      told.kind === 'step' ? [`${told.step.phase} ${told.step.name} ${told.step.state}`] : [],
    );

  it('contains each step when it changes, and only then', async () => {
    await track({ results: [running] });
    await track({ results: [running] });
    await track({ results: [hook({ hookPhase: 'Succeeded' })] });
    assert.deepEqual(steps(), ['PreSync migrate Running', 'PreSync migrate Succeeded']);
  });

  it('contains the waves of the manifests, which are read once', async () => {
    await track({ results: [running] });
    await track({ results: [hook({ hookPhase: 'Succeeded' })] });
    assert.equal(tracker.steps[0]?.wave, -1);
    assert.equal(argocd.times('manifests').length, 1);
  });

  it('contains the waves immediately if an earlier process read the manifests', async () => {
    const checkpointStore = new MemoryCheckpointStore();
    tracker = new OperationTracker(
      settingsOf(),
      { ...ports, checkpoints: checkpointStore },
      nothingKept,
    );
    await track({ results: [running] });
    const { steps: told } = tracker;
    const plan = checkpointStore.recall(settingsOf().path)?.plan;
    argocd.onManifests = () => Promise.reject(failed('unavailable'));
    tracker = new OperationTracker(settingsOf(), ports, { steps: told, plan });
    await track({ results: [hook({ hookPhase: 'Succeeded' })] });
    assert.equal(tracker.steps[0]?.wave, -1);
    assert.equal(argocd.times('manifests').length, 1);
  });

  describe('has the same plan whenever it is read, with the namespace', () => {
    const namespace = result({
      ...{ group: '', kind: 'Namespace', namespace: '', name: 'shop' },
      syncPhase: 'PreSync',
    });
    const done = hook({ hookPhase: 'Succeeded' });
    const creating = { syncOptions: ['CreateNamespace=true'] };
    const planned = async (change: Partial<OperationState>, about: Partial<Application>) => {
      const operationState = state(change);
      atOnce(tracker.track(application({ operationState, ...about }), fresh()));
      await clock.pass(0);
      return tracker.plan?.tasks.map(({ key, wave }) => `${key.kind} ${wave}`);
    };

    for (const [when, change] of [
      ['before anything is done', {}],
      ['during its creation', { results: [namespace] }],
      ['when a hook runs', { results: [namespace, running] }],
      ['after the end', ended('Succeeded', { results: [namespace, done, result()] })],
    ] as const) {
      it(`first, ${when}`, async () => {
        const history = change.phase === 'Succeeded' ? [entry(10, A)] : [];
        assert.deepEqual(await planned(change, { ...creating, history }), [
          'Namespace -1',
          'Job -1',
          'Deployment 0',
        ]);
        await track({ ...change, results: [namespace, done] });
        const told = steps().filter((step) => step.endsWith('Succeeded'));
        assert.deepEqual(told.slice(0, 2), ['PreSync shop Succeeded', 'PreSync migrate Succeeded']);
      });
    }
  });

  it('does not go back if the manifests arrive after newer changes', async () => {
    const { promise, resolve } = deferred();
    argocd.onManifests = () => promise.then(() => [job(), web]);
    await track({ results: [running] });
    await track({ results: [hook({ hookPhase: 'Succeeded' })] });
    resolve();
    await clock.pass(0);
    await track({ results: [hook({ hookPhase: 'Succeeded' })] });
    assert.equal(tracker.steps[0]?.wave, -1);
    assert.deepEqual(
      steps().filter((step) => step.startsWith('PreSync')),
      ['PreSync migrate Running', 'PreSync migrate Succeeded'],
    );
  });

  describe('with many steps', () => {
    const count = 1_200;
    const results = Array.from({ length: count }, (_, at) => result({ name: `web-${at}` }));
    const operationState = state({ results });
    const many = application({ operation: operationState.operation, operationState });
    const names = () => ports.told.flatMap((told) => (told.kind === 'step' ? told.step.name : []));
    /** What was reported and held at each store step. */
    const kept: { told: number; held: HeldSteps | undefined }[] = [];
    /** All of them are held until the plan has failed to arrive. */
    const holdAll = async () => {
      argocd.onManifests = () => Promise.reject(failed('forbidden'));
      tracker = new OperationTracker(settingsOf(), ports, nothingKept, undefined, () =>
        kept.push({ told: names().length, held: tracker.held }),
      );
      await track({ results });
      assert.equal(tracker.held?.changes.length, count);
    };

    it('creates and reports them in turns, and another process can continue after each turn', async () => {
      await holdAll();
      kept.length = 0;
      let turns = 0;
      const tracking = tracker.track(many, fresh());
      while (tracking.next().done !== true) {
        turns += 1;
        assert.equal(names().length, kept.at(-1)?.told ?? 0);
      }
      assert.ok(turns > 3 * count, `${turns} times it could rest`);
      assert.deepEqual(
        kept.map(({ told }) => told),
        [500, 1_000, count],
      );
      const told = names();
      for (const { told: before, held } of kept) {
        assert.deepEqual(held?.told.map(({ name }) => name) ?? told, told.slice(0, before));
        const next = new OperationTracker(settingsOf(), ports, {
          steps: tracker.steps,
          held,
          plan: undefined,
        });
        ports.told.length = 0;
        atOnce(next.release());
        assert.deepEqual(names(), told.slice(before));
      }
    });

    it('reports no more of them once the process ends', async () => {
      await holdAll();
      const ending = new AbortController();
      const { held, steps: known } = tracker;
      const before = { steps: known, held, plan: undefined };
      tracker = new OperationTracker(settingsOf(), { ...ports, signal: ending.signal }, before);
      const telling = tracker.release();
      while (names().length === 0) telling.next();
      ending.abort(new Detachment());
      assert.throws(() => telling.next(), Detachment);
      assert.equal(names().length, 500);
    });

    it('assigns their positions if the plan arrives during their creation', async () => {
      const { promise, resolve } = deferred();
      argocd.onManifests = () => promise.then(() => [web]);
      const looked = state({
        results: [result({ name: 'web', kind: 'Deployment', group: 'apps' })],
      });
      const tracking = tracker.track(application({ operationState: looked }), fresh());
      tracking.next();
      resolve();
      await clock.pass(0);
      while (tracking.next().done !== true) assert.notEqual(tracker.plan, undefined);
      assert.equal(tracker.steps[0]?.wave, 0);
    });
  });

  it('says how far it is, when that changes', async () => {
    await track({ results: [running] });
    await track({ results: [running] });
    await track({ results: [hook({ hookPhase: 'Succeeded' })] });
    const progress = ports.told.flatMap((told) =>
      told.kind === 'progress' ? [`${told.done}/${told.total}`] : [],
    );
    assert.deepEqual(progress, ['0/2', '1/2']);
  });

  it('continues without a plan if the manifests cannot be read', async () => {
    argocd.onManifests = () => Promise.reject(failed('forbidden'));
    await track({ results: [running] });
    await track({ results: [running] });
    assert.deepEqual(steps(), ['PreSync migrate Running']);
    assert.equal(tracker.plan, undefined);
  });

  it('says when the plan has arrived, or will not arrive, and reports the waiting steps then', async () => {
    for (const manifests of [
      () => Promise.resolve([job(), web]),
      () => Promise.reject(failed('forbidden')),
    ]) {
      argocd.onManifests = manifests;
      let heard = 0;
      tracker = new OperationTracker(settingsOf(), ports, nothingKept, () => (heard += 1));
      await track({ results: [running] });
      assert.equal(heard, 1);
      assert.equal(tracker.held?.changes.length, 1);
      await track({ results: [running] });
      assert.equal(tracker.held, undefined);
    }
  });

  it('waits five seconds for the plan, also at the end, counted from the stored start', async () => {
    argocd.onManifests = (_, __, signal) => hang(signal);
    await track({ results: [running] });
    await clock.pass(4_000);
    const { held } = tracker;
    assert.equal(tracker.heldUntil, clock.now() + 1_000);
    assert.ok(tracker.isReading);
    tracker = new OperationTracker(settingsOf(), ports, {
      steps: tracker.steps,
      held,
      plan: undefined,
    });
    assert.deepEqual(tracker.toldSteps, []);
    await track({ results: [running] });
    assert.deepEqual(steps(), []);
    const before = clock.now();
    await clock.finish(tracker.settled());
    assert.equal(clock.now() - before, 1_000);
    await track({ results: [running] });
    assert.deepEqual(steps(), ['PreSync migrate Running']);
    assert.equal(tracker.heldUntil, Infinity);
    assert.deepEqual([tracker.isReading, tracker.toldSteps], [false, tracker.steps]);
  });

  it('includes the log of a hook that is deleted on failure, even if the plan arrived later', async () => {
    const { promise, resolve } = deferred();
    argocd.onManifests = () => promise.then(() => [job('HookFailed'), web]);
    await track({ results: [running] });
    assert.equal(argocd.times('logs').length, 0);
    resolve();
    await clock.pass(0);
    assert.equal(argocd.times('logs').length, 1);
  });

  it('reads the log of a hook as soon as it has failed, while it exists', async () => {
    await track({ results: [running] });
    assert.equal(argocd.times('logs').length, 0);
    await track({ results: [hook({ hookPhase: 'Failed' })] });
    assert.equal(argocd.times('logs').length, 1);
  });

  it('reads the log again if a retry failed at the same hook', async () => {
    const attempt = async (retryCount: number) => {
      await track({ results: [running], retryCount });
      await track({ results: [hook({ hookPhase: 'Failed' })], retryCount });
    };
    await attempt(0);
    await attempt(1);
    assert.equal(argocd.times('logs').length, 2);
  });

  it('periodically reads the log of a hook that is deleted on failure', async () => {
    argocd.onManifests = () => Promise.resolve([job('HookFailed'), web]);
    await track({ results: [] });
    await track({ results: [running] });
    await clock.pass(2_500);
    assert.equal(argocd.times('logs').length, 3);
    await track({ results: [hook({ hookPhase: 'Succeeded' })] });
    await clock.pass(60_000);
    assert.equal(argocd.times('logs').length, 3);
  });

  it('ends with the logs of what failed, or why there are none', async () => {
    argocd.onLogs = (_, { resource }) =>
      resource.name === 'migrate'
        ? Promise.resolve({ lines: ['boom'], fault: '' })
        : Promise.reject(failed('forbidden'));
    const cause = (title: string, resource: Cause['resource']): Cause => ({
      title,
      message: '',
      advice: 'Do it.',
      resource,
      log: [],
    });
    const told = await clock.finish(
      tracker.withLogs([
        cause('hook', hook()),
        cause('other', hook({ name: 'other' })),
        cause('general', undefined),
      ]),
    );
    assert.deepEqual(
      told.map(({ log, advice }) => [log, advice]),
      [
        [['boom'], 'Do it.'],
        [[], 'Do it. Its log could not be read: the token lacks the right "logs, get".'],
        [[], 'Do it.'],
      ],
    );
  });

  it('shows no log for what the cluster refused: it is that of an earlier sync', async () => {
    argocd.onLogs = () => Promise.resolve({ lines: ['from before'], fault: '' });
    const refused = hook({ status: 'SyncFailed', hookPhase: 'Failed' });
    const ran = hook({ name: 'other', hookPhase: 'Failed' });
    await track({ results: [refused, ran] });
    const cause = { title: '', message: '', advice: '', log: [] };
    const told = await clock.finish(
      tracker.withLogs([refused, ran].map((resource) => ({ ...cause, resource }))),
    );
    assert.deepEqual(
      told.map(({ log }) => log),
      [[], ['from before']],
    );
  });

  describe('reports findings in the manifests', () => {
    const odd = { ...job(), metadata: { ...job().metadata, annotations: { ...oddHook } } };
    const notices = () => ports.told.filter((told) => told.kind === 'notice');
    const begin = (more: Partial<FollowPorts> = {}, goal: Goal = syncGoal()) => {
      argocd.onManifests = () => Promise.resolve([odd, web]);
      tracker = new OperationTracker(settingsOf(goal), { ...ports, ...more }, nothingKept);
    };

    it("once, before the steps, on the run's page", async () => {
      begin();
      await track({ results: [result()] });
      await track(ended('Succeeded', { results: [result()] }));
      assert.deepEqual(
        notices().map(({ level }) => level),
        ['issue'],
      );
      assert.match(
        notices()[0]?.message ?? '',
        /^Job\/migrate: Argo CD runs no hooks of type "presync"/,
      );
      const [first] = ports.told.filter(({ kind }) => kind === 'notice' || kind === 'step');
      assert.equal(first?.kind, 'notice');
    });

    it('not again in the process that continues', async () => {
      const checkpoints = new MemoryCheckpointStore();
      begin({ checkpoints });
      await track({ results: [] });
      assert.equal(notices().length, 1);
      const plan = checkpoints.recall(settingsOf().path)?.plan;
      tracker = new OperationTracker(settingsOf(), ports, { steps: [], plan });
      await track({ results: [result()] });
      assert.equal(notices().length, 1);
    });

    it('in the process that continues, if this one ended before the plan was stored', async () => {
      const ending = new AbortController();
      const { promise, resolve } = deferred();
      const checkpoints = new MemoryCheckpointStore();
      begin({ checkpoints, signal: ending.signal });
      argocd.onManifests = () => promise.then(() => [odd, web]);
      await track({ results: [] });
      ending.abort(new Detachment());
      resolve();
      await clock.pass(0);
      assert.deepEqual(notices(), []);
      assert.equal(checkpoints.recall(settingsOf().path)?.plan, undefined);
    });

    it('not if it only ends an operation', async () => {
      begin({}, terminateGoal);
      await track({ results: [result()] });
      assert.deepEqual(notices(), []);
      assert.notEqual(tracker.plan, undefined);
    });
  });

  it('ends with what to do about a hook that remains after its failure', async () => {
    argocd.onManifests = () => Promise.resolve([job('HookSucceeded'), web]);
    await track({ results: [hook({ hookPhase: 'Failed' })] });
    const cause: Cause = {
      ...{ title: 'PreSync hook Job/migrate failed', message: '', advice: 'Do it.', log: [] },
      resource: hook(),
    };
    const [told] = await clock.finish(tracker.withLogs([cause]));
    assert.match(told?.advice ?? '', /^Do it\. Its hook delete policy is only HookSucceeded: /);
  });
});
