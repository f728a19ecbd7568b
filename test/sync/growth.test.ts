import assert from 'node:assert/strict';
import type { ResourceKey } from '../../src/sync/application.ts';
import { healthInScope } from '../../src/sync/health.ts';
import { planOf } from '../../src/sync/order.ts';
import { trackSteps } from '../../src/sync/steps.ts';
import { application, operation, state } from './sample-application.ts';
import { hook, object } from './sample-manifests.ts';

/** Counts how often properties of objects are read: a measure of work that no machine changes. */
class Meter {
  reads = 0;

  watch<T extends object>(value: T): T {
    return new Proxy(value, {
      get: (target, name, receiver): unknown => {
        this.reads += 1;
        return Reflect.get(target, name, receiver);
      },
    });
  }
}

const keys = (count: number): readonly ResourceKey[] =>
  Array.from({ length: count }, (_, index) => ({
    group: '',
    kind: 'ConfigMap',
    namespace: 'shop',
    // As long as names may be: some work grows with that, too.
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
      planOf([], {
        ...{ destinationNamespace: 'shop', createNamespace: false, namespaceExists: true },
        ...{ live, resources, prune: true },
      });
    },
  ],
  [
    'the steps of prunes that no plan knows',
    (count, meter) => {
      const generated = Array.from({ length: 100 }, (_, index) => ({
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: { generateName: `${'a'.repeat(index + 1)}-`, annotations: hook('PreSync') },
      }));
      const plan = planOf(generated, {
        ...{ destinationNamespace: 'shop', createNamespace: false, namespaceExists: true },
      });
      const places = { get: 0 };
      const index = {
        ...plan.index,
        places: new Proxy(plan.index.places, {
          get: (target, name) => {
            if (name === 'get') places.get += 1;
            const value: unknown = Reflect.get(target, name, target);
            return typeof value === 'function' ? (value.bind(target) as unknown) : value;
          },
        }),
      };
      const results = keys(count).map((key) => ({
        ...key,
        ...{ status: 'Pruned' as const, message: '', hookPhase: 'Succeeded' as const },
        ...{ hookType: undefined, syncPhase: 'Sync' as const },
      }));
      trackSteps([], state({ results }), { ...plan, index }, 0);
      meter.reads += places.get;
      // Once for the frontier and once for the step.
      assert.ok(places.get <= 2 * count, `${places.get} looks for ${count} results`);
    },
  ],
];

describe('work grows with the number of resources, not with its square, for', () => {
  for (const [what, work] of works) {
    it(what, () => {
      const readsOf = (count: number) => {
        const meter = new Meter();
        work(count, meter);
        return meter.reads;
      };
      const [few, many] = [readsOf(250), readsOf(1_000)];
      assert.ok(many < 5 * few, `${few} and ${many} reads for 250 and 1,000`);
    });
  }
});
