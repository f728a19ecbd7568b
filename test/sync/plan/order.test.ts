import { strict as assert } from 'node:assert';
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { hookRoleOf } from '../../../src/sync/plan/hook.ts';
import type { OrderOptions } from '../../../src/sync/plan/order.ts';
import type { Plan, Task } from '../../../src/sync/plan/plan.ts';
import { planOf, readManifests } from '../../in-one-go.ts';
import { custom, definition, hook, object, steps, wave } from '../sample-manifests.ts';

const folder = new URL('../../fixtures/argo-cd/ordering/', import.meta.url);

/** A recorded set (test/fixtures/argo-cd/ordering): a dry-run sync of a real controller. */
interface Recorded {
  readonly destinationNamespace: string;
  readonly createNamespace: boolean;
  readonly namespaceExisted?: boolean;
  readonly revision: string;
  readonly startedAt: string;
  readonly objects: readonly unknown[];
  readonly manifests: readonly unknown[];
  readonly order: readonly RecordedResult[];
}

interface RecordedResult {
  readonly phase: string;
  readonly hookType?: string;
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

describe('The order of recorded sets', () => {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));

  it('covers all forty', () => {
    assert.equal(names.length, 40);
  });

  for (const name of names) {
    const recorded = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Recorded;
    const { manifests, objects, order } = recorded;
    for (const [what, input] of Object.entries({ manifests, objects })) {
      it(`is that of the controller: the ${what} of ${name}`, () => {
        const groups = groupsOf(planOf(input, recordedOptions(recorded)));
        assert.deepEqual(groups, cut(order, groups));
      });
    }
  }
});

function recordedOptions(recorded: Recorded): OrderOptions {
  const { destinationNamespace, createNamespace, namespaceExisted, revision } = recorded;
  return {
    destinationNamespace,
    createNamespace,
    revision,
    startedAt: Date.parse(recorded.startedAt),
    dryRun: true,
    ...(namespaceExisted === undefined ? {} : { namespaceExists: namespaceExisted }),
  };
}

/** The groups of a plan, each sorted, since the order inside a group is undefined. */
function groupsOf({ tasks }: Plan): readonly (readonly string[])[] {
  const groups: string[][] = [];
  for (const task of tasks) (groups[task.group] ??= []).push(print({ ...task, ...task.key }));
  return groups.map((group) => group.sort());
}

/** What the controller listed, split into groups of the same sizes. */
function cut(
  order: readonly RecordedResult[],
  groups: readonly (readonly string[])[],
): readonly (readonly string[])[] {
  const rest = order.map(print);
  const cuts = groups.map(({ length }) => rest.splice(0, length).sort());
  return rest.length > 0 ? [...cuts, rest] : cuts;
}

function print(
  result: Omit<RecordedResult, 'hookType'> & { hookType?: string | undefined },
): string {
  const { phase, hookType = '-', group, kind, namespace, name } = result;
  return [phase, hookType, group, kind, namespace, name].join(' ');
}

const destination = { destinationNamespace: 'shop' };
describe('planInTurns', () => {
  it('sorts by phase, wave, kind and name', () => {
    const plan = planOf(
      [
        object('Pod/a', hook('SyncFail')),
        object('Pod/a1', hook('PostSync')),
        object('Service/b', wave('1')),
        object('Service/c', wave('-1')),
        object('Deployment/a'),
        object('Service/a'),
        object('ConfigMap/b'),
        object('ConfigMap/B'),
        object('ConfigMap/m-10'),
        object('ConfigMap/m-2'),
        custom('Zebra', 'a'),
        object('Pod/z', { ...hook('PreSync'), ...wave('7') }),
        object('Secret/z', hook('PreSync')),
      ],
      destination,
    );
    assert.deepEqual(steps(plan), [
      'PreSync 0 Secret/z',
      'PreSync 7 Pod/z',
      'Sync -1 Service/c',
      'Sync 0 ConfigMap/B',
      'Sync 0 ConfigMap/b',
      'Sync 0 ConfigMap/m-10',
      'Sync 0 ConfigMap/m-2',
      'Sync 0 Service/a',
      'Sync 0 Deployment/a',
      'Sync 0 Zebra/a',
      'Sync 1 Service/b',
      'PostSync 0 Pod/a1',
      'SyncFail 0 Pod/a',
    ]);
    assert.deepEqual(
      plan.tasks.map(({ order }) => order),
      plan.tasks.map((_, index) => index),
    );
  });

  it('sorts unlisted kinds together by name, and marks equal names', () => {
    const { tasks } = planOf(
      [custom('Beta', 'b'), custom('Alpha', 'c'), custom('Alpha', 'b'), custom('Gamma', 'a')],
      destination,
    );
    const seen = tasks.map(({ key, tied }) => `${key.kind}/${key.name} ${tied}`);
    assert.deepEqual(seen, ['Gamma/a false', 'Alpha/b true', 'Beta/b true', 'Alpha/c false']);
  });

  it('applies consecutive objects of one kind at once, within a phase and wave', () => {
    const { tasks } = planOf(
      [
        object('ConfigMap/a'),
        object('ConfigMap/b'),
        object('ConfigMap/c', wave('1')),
        object('Deployment/d', wave('1')),
        object('Job/e', { ...hook('SyncFail'), ...wave('1') }),
        object('Job/f', { ...hook('SyncFail'), ...wave('2') }),
      ],
      destination,
    );
    assert.deepEqual(
      tasks.map(({ group }) => group),
      [0, 0, 1, 2, 3, 3],
    );
  });

  it('marks SyncFail hooks, whose waves do not delay them', () => {
    const { tasks } = planOf([object('Job/a', hook('PreSync,SyncFail'))], destination);
    assert.deepEqual(
      tasks.map(({ phase, waveless }) => [phase, waveless]),
      [
        ['PreSync', false],
        ['SyncFail', true],
      ],
    );
  });

  it('creates one task for each phase of a hook, each with all phases', () => {
    const { tasks } = planOf([object('Job/a', hook('PostSync,PreSync,PreSync'))], destination);
    assert.deepEqual(
      tasks.map(({ hookType, hookTypes }) => [hookType, hookTypes]),
      [
        ['PreSync', ['PreSync', 'PostSync']],
        ['PostSync', ['PreSync', 'PostSync']],
      ],
    );
  });

  it('assigns the destination namespace to objects without one, and always to cluster-scoped ones', () => {
    const { tasks } = planOf(
      [object('ConfigMap/a'), object('ConfigMap/other/b'), object('ClusterRole/other/c')],
      destination,
    );
    assert.deepEqual(
      tasks.map(({ key }) => key.namespace),
      ['shop', 'other', 'shop'],
    );
  });

  it('expands lists and skips empty documents and lists', () => {
    const list = {
      apiVersion: 'v1',
      kind: 'List',
      items: [object('ConfigMap/a'), object('Pod/b')],
    };
    const plan = planOf([null, list, { kind: 'List', items: null }], destination);
    assert.deepEqual(steps(plan), ['Sync 0 ConfigMap/a', 'Sync 0 Pod/b']);
  });

  it('omits what is not an object', () => {
    const plan = planOf([7, 'text', {}, { kind: 5 }, [object('Pod/a')]], destination);
    assert.deepEqual([plan.tasks, plan.skippedHooks], [[], []]);
  });

  it('keeps the last of several manifests with one key, whatever they are', () => {
    const plan = planOf(
      [object('Job/a', wave('1')), object('Job/shop/a', hook('PreSync')), object('Job/other/a')],
      destination,
    );
    assert.deepEqual(steps(plan), ['PreSync 0 Job/a', 'Sync 0 Job/a']);
  });

  it('omits what is skipped, deletion hooks, and hooks of unknown types', () => {
    const plan = planOf(
      [
        object('Job/skip', hook('Skip')),
        object('Job/garbage', hook('Garbage')),
        object('Job/test', { 'helm.sh/hook': 'test' }),
        object('Job/delete', hook('PreDelete,PostDelete')),
        object('Job/both', hook('PostSync,PreDelete')),
      ],
      destination,
    );
    assert.deepEqual(steps(plan), ['PostSync 0 Job/both']);
    assert.deepEqual(plan.skippedHooks, []);
  });

  it('runs no hooks with the apply strategy', () => {
    const plan = planOf([object('Job/a', hook('PreSync')), object('Pod/b')], {
      ...destination,
      skipHooks: true,
    });
    assert.deepEqual(steps(plan), ['Sync 0 Pod/b']);
    assert.deepEqual(
      plan.skippedHooks.map(({ name }) => name),
      ['a'],
    );
  });

  it('syncs only selected resources, without hooks and with their own waves', () => {
    const select = (kind: string, namespace: string, name: string) => ({
      group: kind === 'ClusterRole' ? 'rbac.authorization.k8s.io' : '',
      kind,
      namespace,
      name,
    });
    const plan = planOf(
      [
        object('Pod/a', wave('3')),
        object('Pod/b'),
        object('Pod/other/c'),
        object('Pod/d', hook('PreSync')),
        object('ClusterRole/e'),
        object('ClusterRole/f'),
        object('Pod/other/g'),
      ],
      {
        ...destination,
        resources: [
          select('Pod', 'shop', 'a'),
          select('Pod', 'shop', 'c'),
          select('Pod', '', 'd'),
          select('Pod', '', 'g'),
          select('ClusterRole', '', 'e'),
          // The server stores a cluster-scoped object without a namespace.
          select('ClusterRole', 'shop', 'f'),
        ],
      },
    );
    assert.deepEqual(steps(plan), ['Sync 0 ClusterRole/e', 'Sync 0 Pod/g', 'Sync 3 Pod/a']);
    assert.deepEqual(
      plan.skippedHooks.map(({ name }) => name),
      ['d'],
    );
  });

  it('names generated hooks by revision, phase and start', () => {
    const job = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { generateName: 'migrate-', annotations: hook('PreSync') },
    };
    const [task] = planOf([job], {
      ...destination,
      revision: '1610973b8e3f',
      startedAt: 1795225156999,
    }).tasks;
    assert.equal(task?.key.name, 'migrate-1610973-presync-1795225156');
    assert.equal(task.generateName, 'migrate-');
    assert.equal(planOf([job, job], destination).tasks.length, 2);
  });
});

describe('planInTurns with CreateNamespace', () => {
  const manifests = [object('Pod/a', { ...hook('PreSync'), ...wave('-9') }), object('Pod/b')];
  const create = { ...destination, createNamespace: true };

  it('creates a missing namespace before everything else, with an empty namespace', () => {
    const { tasks } = planOf(manifests, { ...create, namespaceExists: false });
    assert.deepEqual(tasks[0]?.key, { group: '', kind: 'Namespace', namespace: '', name: 'shop' });
    assert.equal(tasks[0].phase, 'PreSync');
    assert.equal(tasks.length, 3);
  });

  it('has no task for an existing namespace, unless its metadata is managed', () => {
    const exists = { ...create, namespaceExists: true };
    assert.equal(planOf(manifests, exists).tasks.length, 2);
    const managed = planOf(manifests, { ...exists, managedNamespaceMetadata: true });
    assert.deepEqual(steps(managed), [
      'PreSync -9 Namespace/shop',
      'PreSync -9 Pod/a',
      'Sync 0 Pod/b',
    ]);
  });

  it('determines from live objects whether it exists, and otherwise assumes that it is missing', () => {
    assert.equal(planOf(manifests, create).tasks.length, 3);
    const live = [object('Namespace/shop', hook('Sync'))];
    assert.equal(planOf(manifests, { ...create, live }).tasks.length, 2);
  });

  it('leaves it to a manifest of the namespace, but not to a hook', () => {
    const declared = [...manifests, object('Namespace/shop', wave('4'))];
    const plan = planOf(declared, { ...create, namespaceExists: false });
    assert.deepEqual(steps(plan), [
      'PreSync -9 Namespace/shop',
      'PreSync -9 Pod/a',
      'Sync 0 Pod/b',
    ]);
    const hooked = planOf([...manifests, object('Namespace/shop', hook('Sync'))], create);
    assert.equal(hooked.tasks.filter(({ key }) => key.kind === 'Namespace').length, 2);
  });

  it('creates a missing namespace with a manifest first, even without the option', () => {
    const plan = planOf([object('Namespace/shop', wave('4')), object('Namespace/other')], {
      ...destination,
      namespaceExists: false,
    });
    assert.deepEqual(steps(plan), ['Sync 4 Namespace/shop', 'Sync 0 Namespace/other']);
    assert.deepEqual(
      plan.tasks.map(({ group }) => group),
      [0, 1],
    );
  });

  it('does nothing without a destination namespace', () => {
    assert.deepEqual(planOf([], { destinationNamespace: '', createNamespace: true }).tasks, []);
  });
});

describe('planInTurns with any input', () => {
  const annotations = fc.dictionary(
    fc.constantFrom(
      'argocd.argoproj.io/hook',
      'argocd.argoproj.io/sync-wave',
      'argocd.argoproj.io/sync-options',
      'argocd.argoproj.io/hook-delete-policy',
      'helm.sh/hook',
      'helm.sh/hook-weight',
    ),
    fc.constantFrom(
      'PreSync',
      'Sync,PostSync',
      'SyncFail',
      'Skip',
      'x',
      '',
      '-3',
      '+2',
      '1.5',
      'pre-install',
      'PreDelete',
      'crd-install',
      'PruneLast=true',
      7,
      null,
    ),
    { maxKeys: 3 },
  );
  const manifest = fc
    .record({
      kind: fc.constantFrom(
        'Namespace',
        'Pod',
        'Job',
        'ClusterRole',
        'Widget',
        'Alpha',
        'CustomResourceDefinition',
      ),
      name: fc.constantFrom('shop', 'a', 'b', 'm-1'),
      namespace: fc.constantFrom('', 'shop', 'a'),
      annotations,
    })
    .map(({ kind, name, namespace, annotations: given }) => {
      const path = `${kind}/${namespace === '' ? '' : `${namespace}/`}${name}`;
      if (kind === 'CustomResourceDefinition') return definition('Widget', given);
      return kind === 'Widget' ? custom(kind, name, given) : object(path, given);
    });
  /** Different keys, since the last of equal ones counts. */
  const set = fc.uniqueArray(manifest, {
    maxLength: 15,
    selector: ({ kind, metadata }) =>
      JSON.stringify([
        kind,
        metadata.name,
        kind === 'Pod' || kind === 'Job' ? namespaceOf(metadata) : '',
      ]),
  });
  const namespaceOf = (metadata: object) =>
    'namespace' in metadata && metadata.namespace !== 'shop' ? metadata.namespace : '';

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.array(fc.anything()),
        fc.array(fc.anything()),
        fc.string(),
        (given, live, at) => {
          planOf(given, { destinationNamespace: at, live, createNamespace: true });
        },
      ),
    );
    const deep = fc.record({
      apiVersion: fc.anything(),
      kind: fc.string(),
      metadata: fc.anything(),
      spec: fc.anything(),
    });
    fc.assert(
      fc.property(fc.array(deep), (given) => {
        planOf(given, { ...destination, live: given });
      }),
    );
  });

  it('does not depend on the order of the manifests', () => {
    const namesakes = ['Pod/b/x', 'Pod/a/x', 'Pod/x'].map((path) => object(path));
    const { tasks } = planOf(namesakes, destination);
    assert.deepEqual(planOf([...namesakes].reverse(), destination).tasks, tasks);
    const shuffled = set.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    fc.assert(
      fc.property(shuffled, ([all, other]) => {
        assert.deepEqual(planOf(other, destination).tasks, planOf(all, destination).tasks);
      }),
    );
  });

  it('has every object once in each of its phases, unless no sync applies it', () => {
    fc.assert(
      fc.property(set, (all) => {
        const plan = planOf(all, destination);
        const roles = readManifests(all).map((one) => one && hookRoleOf(one).role);
        const ofSyncs = roles.filter((role) => role === 'resource' || role === 'hook');
        const places = new Set(plan.tasks.map(({ key }) => JSON.stringify(key)));
        assert.equal(places.size, ofSyncs.length);
        for (const task of plan.tasks) {
          const own = plan.tasks.filter(
            ({ key }) => JSON.stringify(key) === JSON.stringify(task.key),
          );
          assert.equal(own.length, Math.max(1, task.hookTypes.length));
        }
      }),
    );
  });

  it('never goes back in phase and wave, and never returns to a group', () => {
    fc.assert(
      fc.property(set, set, (all, live) => {
        const { tasks } = planOf(all, { ...destination, live });
        const at = ({ phase, wave: own }: Task) =>
          ['PreSync', 'Sync', 'PostSync', 'SyncFail'].indexOf(phase) * 1000 + own;
        tasks.slice(1).forEach((task, index) => {
          const before = tasks[index];
          assert.ok(before && at(before) <= at(task));
          assert.ok(task.group === before.group || task.group === before.group + 1);
        });
      }),
    );
  });
});
