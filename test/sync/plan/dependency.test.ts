import { strict as assert } from 'node:assert';
import { planOf } from '../../in-one-go.ts';
import { custom, definition, hook, object, steps, wave } from '../sample-manifests.ts';

const destination = { destinationNamespace: 'shop' };

describe('moveDependencies, in a plan', () => {
  it('moves a Namespace before the first object in it, into its phase and wave', () => {
    const plan = planOf(
      [
        object('Namespace/ns1', wave('1')),
        object('Namespace/ns2', wave('2')),
        object('Pod/ns1/hook1', { ...hook('PreSync'), ...wave('1') }),
        object('Pod/ns2/hook2', { ...hook('PreSync'), ...wave('2') }),
      ],
      destination,
    );
    assert.deepEqual(steps(plan), [
      'PreSync 1 Namespace/ns1',
      'PreSync 1 Pod/hook1',
      'PreSync 2 Namespace/ns2',
      'PreSync 2 Pod/hook2',
    ]);
    assert.deepEqual(
      plan.tasks.map(({ moved, hookType }) => [moved, hookType]),
      [
        [true, undefined],
        [false, 'PreSync'],
        [true, undefined],
        [false, 'PreSync'],
      ],
    );
  });

  it('also moves the destination namespace before cluster-scoped objects', () => {
    const plan = planOf(
      [object('Namespace/shop'), object('ClusterRole/a', wave('-5'))],
      destination,
    );
    assert.deepEqual(steps(plan), ['Sync -5 Namespace/shop', 'Sync -5 ClusterRole/a']);
  });

  it('moves a definition before the first object of its kind', () => {
    const plan = planOf(
      [
        definition('Widget'),
        custom('Widget', 'a', wave('-1')),
        custom('Widget', 'b', hook('PreSync')),
        object('Pod/c', wave('-2')),
      ],
      destination,
    );
    assert.deepEqual(steps(plan), [
      'PreSync 0 CustomResourceDefinition/widget',
      'PreSync 0 Widget/b',
      'Sync -2 Pod/c',
      'Sync -1 Widget/a',
    ]);
  });

  it('does not move a Namespace that is pruned', () => {
    const plan = planOf([object('Pod/gone/a')], {
      ...destination,
      live: [object('Namespace/gone', wave('2'))],
    });
    assert.deepEqual(steps(plan), ['Sync 0 Pod/a', 'Sync 2 Namespace/gone']);
  });

  it('does not move a dependency that is early enough', () => {
    const plan = planOf(
      [
        object('Namespace/a', wave('-3')),
        object('Pod/a/b'),
        definition('Widget'),
        custom('Widget', 'w'),
      ],
      destination,
    );
    assert.deepEqual(steps(plan), [
      'Sync -3 Namespace/a',
      'Sync 0 CustomResourceDefinition/widget',
      'Sync 0 Pod/b',
      'Sync 0 Widget/w',
    ]);
    assert.ok(plan.tasks.every(({ moved }) => !moved));
  });
});
