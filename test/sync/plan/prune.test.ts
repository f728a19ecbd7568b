import { strict as assert } from 'node:assert';
import type { OrderOptions } from '../../../src/sync/plan/order.ts';
import type { Task } from '../../../src/sync/plan/plan.ts';
import { planOf } from '../../in-one-go.ts';
import { hook, object, options, steps, wave } from '../sample-manifests.ts';

const destination = { destinationNamespace: 'shop' };

describe('Prunes in a plan', () => {
  const pod = (name: string, at: number, extra = {}) =>
    object(`Pod/shop/${name}`, { ...wave(String(at)), ...extra });

  it('prunes live objects without a manifest, first in their wave and all at once', () => {
    const { tasks } = planOf([object('ConfigMap/a'), object('Namespace/b')], {
      ...destination,
      prune: true,
      live: [object('ConfigMap/shop/a'), object('Pod/shop/old'), object('ConfigMap/shop/old')],
    });
    assert.deepEqual(
      tasks.map(({ key, group, prune }) => [key.kind, key.name, group, prune]),
      [
        ['ConfigMap', 'old', 0, 'delete'],
        ['Pod', 'old', 0, 'delete'],
        ['Namespace', 'b', 1, undefined],
        ['ConfigMap', 'a', 2, undefined],
      ],
    );
  });

  it('keeps live objects that have a manifest, including cluster-scoped and skipped ones, and hooks', () => {
    const { tasks } = planOf([object('ClusterRole/a'), object('Pod/b', hook('Skip'))], {
      ...destination,
      live: [
        object('ClusterRole/a'),
        object('Pod/shop/b'),
        object('Job/shop/old', hook('PreSync')),
        object('Job/shop/older', hook('Skip')),
        object('Job/shop/oldest', hook('PostDelete')),
      ],
    });
    assert.deepEqual(
      tasks.map(({ key, prune }) => [key.name, prune]),
      [['a', undefined]],
    );
  });

  it('prunes waves in reverse, without changing others', () => {
    const live = [pod('1', 1), pod('3', 3), pod('4', 3), pod('5', 4), pod('7', 5)];
    const { tasks } = planOf([object('Namespace/ns', wave('-1')), pod('2', 3), pod('6', 5)], {
      ...destination,
      live: [...live, pod('6', 5)],
    });
    const waves = Object.fromEntries(tasks.map(({ key, wave: at }) => [key.name, at]));
    assert.deepEqual(waves, { ns: -1, '1': 5, '2': 3, '3': 4, '4': 4, '5': 3, '6': 5, '7': 1 });
  });

  it('prunes last one wave after the last of phase Sync, including prunes', () => {
    const live = [pod('a', 1), pod('b', 7)];
    const waves = (more: Partial<OrderOptions>) =>
      planOf([pod('x', 2)], { ...destination, live, ...more }).tasks.map(
        ({ key, wave: at }) => `${key.name} ${at}`,
      );
    const later = object('Pod/y', { ...hook('PostSync'), ...wave('20') });
    const plan = planOf([later], { ...destination, live, pruneLast: true });
    assert.deepEqual(steps(plan).slice(0, 2), ['Sync 8 Pod/a', 'Sync 8 Pod/b']);
    assert.deepEqual(waves({ pruneLast: true }), ['x 2', 'a 8', 'b 8']);
    const marked = [pod('a', 1), pod('b', 7, options('Validate=false, PruneLast=true'))];
    assert.deepEqual(waves({ live: marked }), ['x 2', 'a 7', 'b 8']);
    assert.deepEqual(waves({ live: [pod('a', -4)], pruneLast: true }), ['x 2', 'a 3']);
  });

  const prunings: readonly (readonly [string | undefined, Partial<OrderOptions>, Task['prune']])[] =
    [
      [undefined, {}, 'skip'],
      [undefined, { prune: true }, 'delete'],
      ['Prune=false', { prune: true }, 'skip'],
      [undefined, { prune: true, pruneOption: 'false' }, 'skip'],
      ['Prune=true', { prune: true, pruneOption: 'false' }, 'delete'],
      [undefined, { prune: true, pruneOption: 'confirm' }, 'confirm'],
      ['Prune=confirm', {}, 'confirm'],
    ];
  for (const [annotation, more, expected] of prunings) {
    it(`with ${annotation ?? 'no annotation'} and ${JSON.stringify(more)}: ${expected}`, () => {
      const old = object('Pod/shop/old', annotation ? options(annotation) : {});
      const { tasks } = planOf([], { ...destination, live: [old], ...more });
      assert.deepEqual(
        tasks.map(({ prune }) => prune),
        [expected],
      );
    });
  }

  it('prunes everything first in a dry run, and only what is selected in a selective sync', () => {
    const live = [pod('a', 1), pod('b', 2)];
    const dry = planOf([pod('x', -1)], { ...destination, live, dryRun: true });
    assert.deepEqual(
      dry.tasks.map(({ key, group }) => [key.name, group]),
      [
        ['b', 0],
        ['a', 0],
        ['x', 1],
      ],
    );
    const resources = [{ group: '', kind: 'Pod', namespace: 'shop', name: 'b' }];
    assert.deepEqual(steps(planOf([pod('x', 0)], { ...destination, live, resources })), [
      'Sync 2 Pod/b',
    ]);
  });
});
