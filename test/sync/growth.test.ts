import assert from 'node:assert/strict';
import type { ResourceKey } from '../../src/sync/model/application.ts';
import { unhealthyApplied } from '../../src/sync/rules/applied.ts';
import { isHealthOf } from '../../src/sync/rules/comparison.ts';
import { healthInScope } from '../../src/sync/rules/health.ts';
import { keepPlan, recallPlan } from '../../src/sync/plan/plan.ts';
import type { Plan } from '../../src/sync/plan/plan.ts';
import { planOf, trackSteps } from '../in-one-go.ts';
import { assertLinear, type Meter } from '../meter.ts';
import { application, fresh, operation, second, state, waitGoal } from './sample-application.ts';
import { hook, object } from './sample-manifests.ts';

const options = { destinationNamespace: 'shop', createNamespace: false, namespaceExists: true };

/** A plan that counts reads of its tasks from then on. */
function watchedPlan(manifests: readonly unknown[], meter: Meter): Plan {
  const { tasks, ...plan } = keepPlan(planOf(manifests, options));
  const watched = recallPlan({ ...plan, tasks: tasks.map((task) => meter.watch(task)) });
  const places = new Proxy(watched.index.places, {
    get: (target, name) => {
      if (name === 'get') meter.reads += 1;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  meter.reads = 0;
  return { ...watched, index: { ...watched.index, places } };
}

const generatedJobs = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { generateName: `${'a'.repeat(index + 1)}-`, annotations: hook('PreSync') },
  }));

const keys = (count: number): readonly ResourceKey[] =>
  Array.from({ length: count }, (_, index) => ({
    group: '',
    kind: 'ConfigMap',
    namespace: 'shop',
    // As long as names may be: some work grows with that as well.
    name: `${index}-`.padEnd(253, 'x'),
  }));

const works: readonly (readonly [string, (count: number, meter: Meter) => void])[] = [
  [
    'the health of a selective sync',
    (count, meter) => {
      const resources = keys(count).map((key) =>
        meter.watch({
          ...key,
          status: 'Synced' as const,
          health: { status: 'Missing' as const, message: '' },
          hook: false,
          requiresPruning: false,
        }),
      );
      const selected = keys(count).map((key) => meter.watch(key));
      const { unhealthy } = healthInScope(
        application({ resources }),
        operation({ resources: selected }),
      );
      assert.equal(unhealthy.length, count);
    },
  ],
  [
    'the plan of a selective sync with prunes',
    (count, meter) => {
      const live = keys(count).map(({ name }) => object(`ConfigMap/shop/${name}`));
      const resources = keys(count).map((key) => meter.watch(key));
      planOf([], { ...options, live, resources, prune: true });
    },
  ],
  [
    'the steps of prunes that no plan contains',
    (count, meter) => {
      const plan = watchedPlan(generatedJobs(100), meter);
      const results = keys(count).map((key) => ({
        ...key,
        ...{ status: 'Pruned' as const, message: '', hookPhase: 'Succeeded' as const },
        ...{ hookType: undefined, syncPhase: 'Sync' as const },
      }));
      trackSteps([], state({ results }), plan, 0);
    },
  ],
  [
    'the steps of hooks whose names may be generated from many prefixes',
    (count, meter) => {
      const plan = watchedPlan(generatedJobs(count), meter);
      const results = keys(count).map((key) => ({
        ...{
          ...key,
          group: 'batch',
          kind: 'Job',
          name: `${key.name.repeat(4)}-presync-1795225156`,
        },
        ...{ status: 'Synced' as const, message: '', hookPhase: 'Running' as const },
        ...{ hookType: 'PreSync' as const, syncPhase: 'PreSync' as const },
      }));
      trackSteps([], state({ results }), plan, 0);
    },
  ],
  [
    'the steps of resources of one name in many namespaces',
    (count, meter) => {
      const namespaces = Array.from({ length: count }, (_, index) => `team-${index}`);
      const plan = watchedPlan(
        namespaces.map((namespace) => object(`ConfigMap/${namespace}/settings`)),
        meter,
      );
      const results = namespaces.map((namespace) => ({
        ...{ group: '', kind: 'ConfigMap', namespace, name: 'settings' },
        ...{ status: 'Synced' as const, message: '', hookPhase: 'Running' as const },
        ...{ hookType: undefined, syncPhase: 'Sync' as const },
      }));
      const steps = trackSteps([], state({ results }), plan, 0);
      assert.ok(steps.every(({ wave }) => wave === 0));
    },
  ],
  [
    'the plan of many definitions of one kind that are moved before it',
    (count, meter) => {
      const definitions = Array.from({ length: count }, (_, index) => ({
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: {
          name: `widgets-${index}`,
          annotations: { 'argocd.argoproj.io/sync-wave': '1' },
        },
        spec: { group: 'example.com', names: { kind: 'Widget' }, scope: 'Namespaced' },
      }));
      const widget = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' } };
      const { tasks } = meter.iterated(() => planOf([...definitions, widget], options));
      assert.equal(tasks.filter(({ moved }) => moved).length, count);
    },
  ],
  [
    'what an operation has applied and is not healthy yet',
    (count, meter) => {
      const resources = keys(count).map((key) =>
        meter.watch({
          ...{ ...key, status: 'Synced' as const, hook: false, requiresPruning: false },
          health: { status: 'Progressing' as const, message: '' },
        }),
      );
      const results = keys(count).map((key) =>
        meter.watch({
          ...{ ...key, status: 'Synced' as const, message: '', hookPhase: 'Running' as const },
          ...{ hookType: undefined, syncPhase: 'Sync' as const },
        }),
      );
      assert.equal(unhealthyApplied({ resources }, { results }).length, count);
    },
  ],
  [
    'whether what was applied is still out of sync',
    (count, meter) => {
      const named = (prefix: string) =>
        keys(count).map((key) => ({ ...key, name: `${prefix}-${key.name}` }));
      const view = {
        application: application({
          reconciledAt: second(2),
          resources: named('web').map((key) =>
            meter.watch({
              ...{ ...key, status: 'OutOfSync' as const, hook: false, requiresPruning: false },
              health: undefined,
            }),
          ),
        }),
        ...{ memory: fresh(), goal: waitGoal(), now: second(4), isLast: false },
      };
      const evidence = {
        ...{ finishedAt: second(1), seenAt: second(3), reconciledAt: second(0) },
        ...{ operation: undefined, revisions: [], evidence: 'it landed' },
        results: named('api').map((key) =>
          meter.watch({
            ...{ ...key, status: 'Synced' as const, message: '', hookPhase: 'Running' as const },
            ...{ hookType: undefined, syncPhase: 'Sync' as const },
          }),
        ),
      };
      assert.equal(isHealthOf(view, evidence), true);
    },
  ],
];

describe('Work grows with the number of resources, not with its square, for', () => {
  for (const [what, work] of works) {
    it(what, () => {
      assertLinear(work);
    });
  }
});
