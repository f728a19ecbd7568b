import { strict as assert } from 'node:assert';
import { hookRoleOf, type HookRole } from '../../../src/sync/plan/hook.ts';
import { readManifests } from '../../in-one-go.ts';
import { object } from '../sample-manifests.ts';

const own = 'argocd.argoproj.io/hook';
const helm = 'helm.sh/hook';

function roleOf(annotations: Record<string, string>): HookRole {
  const [manifest] = readManifests([object('Job/a', annotations)]);
  assert.ok(manifest);
  return hookRoleOf(manifest);
}

describe('hookRoleOf', () => {
  const cases: readonly (readonly [Record<string, string>, string])[] = [
    [{}, 'resource'],
    [{ [own]: 'PreSync' }, 'hook PreSync'],
    [{ [own]: 'SyncFail' }, 'hook SyncFail'],
    [{ [own]: 'PostSync, PreSync,PreSync' }, 'hook PreSync PostSync'],
    [{ [own]: ' PostSync , Garbage' }, 'hook PostSync'],
    [{ [own]: 'presync' }, 'unknown'],
    [{ [own]: 'Garbage' }, 'unknown'],
    [{ [own]: '' }, 'unknown'],
    [{ [own]: 'Skip' }, 'skipped'],
    [{ [own]: 'Skip,Garbage' }, 'skipped'],
    [{ [own]: 'Skip,PreSync' }, 'hook PreSync'],
    [{ [own]: 'Skip', [helm]: 'pre-install' }, 'skipped'],
    [{ [own]: 'PreDelete' }, 'deletion'],
    [{ [own]: 'PostDelete,PreDelete' }, 'deletion'],
    [{ [own]: 'Skip,PreDelete' }, 'deletion'],
    [{ [own]: 'PostSync,PreDelete' }, 'hook PostSync'],
    [{ [own]: 'PreDelete', [helm]: 'pre-install' }, 'hook PreSync'],
    [{ [own]: 'Garbage', [helm]: 'post-install' }, 'hook PostSync'],
    [{ [own]: 'Garbage', [helm]: 'pre-delete' }, 'deletion'],
    [{ [own]: 'Garbage', [helm]: 'crd-install' }, 'unknown'],
    [{ [own]: 'Sync', [helm]: 'pre-install' }, 'hook Sync'],
    [{ [helm]: 'pre-install' }, 'hook PreSync'],
    [{ [helm]: 'pre-install,pre-upgrade' }, 'hook PreSync'],
    [{ [helm]: 'post-upgrade, pre-install' }, 'hook PreSync PostSync'],
    [{ [helm]: 'crd-install' }, 'resource'],
    [{ [helm]: 'crd-install,pre-install' }, 'hook PreSync'],
    [{ [helm]: 'crd-install,test' }, 'unknown'],
    [{ [helm]: 'pre-delete' }, 'deletion'],
    [{ [helm]: 'post-delete' }, 'deletion'],
    [{ [helm]: 'pre-rollback' }, 'unknown'],
    [{ [helm]: 'test-success' }, 'unknown'],
    [{ [helm]: '' }, 'unknown'],
  ];
  for (const [annotations, expected] of cases) {
    it(`reads ${JSON.stringify(annotations)} as ${expected}`, () => {
      const { role, phases } = roleOf(annotations);
      assert.equal([role, ...phases].join(' '), expected);
    });
  }

  const unknown: readonly (readonly [Record<string, string>, readonly string[]])[] = [
    [{ [own]: 'presync' }, ['presync']],
    [{ [own]: 'Sync,Garbage, x' }, ['Garbage', 'x']],
    [{ [own]: '' }, ['']],
    [{ [helm]: ' ' }, ['']],
    [{ [own]: 'Sync', [helm]: 'x' }, []],
    [{ [own]: 'Garbage', [helm]: 'test' }, ['Garbage']],
    [{ [helm]: 'pre-install,pre-rollback' }, []],
    [{ [helm]: 'test' }, []],
    [{ [helm]: 'test-success' }, []],
    [{ [helm]: 'crd-install' }, []],
    [{ [helm]: 'pre_install' }, ['pre_install']],
  ];
  for (const [annotations, expected] of unknown) {
    it(`finds unknown values in ${JSON.stringify(annotations)}: ${JSON.stringify(expected)}`, () => {
      assert.deepEqual(roleOf(annotations).unknownTypes, expected);
    });
  }

  const policies: readonly (readonly [Record<string, string>, readonly string[]])[] = [
    [{}, ['BeforeHookCreation']],
    [{ [`${own}-delete-policy`]: 'Garbage' }, ['BeforeHookCreation']],
    [{ [`${own}-delete-policy`]: 'HookSucceeded, HookFailed' }, ['HookSucceeded', 'HookFailed']],
    [{ [`${helm}-delete-policy`]: 'hook-succeeded' }, ['HookSucceeded']],
    [
      {
        [`${own}-delete-policy`]: 'HookFailed',
        [`${helm}-delete-policy`]: 'before-hook-creation,hook-failed',
      },
      ['HookFailed', 'BeforeHookCreation'],
    ],
  ];
  for (const [annotations, expected] of policies) {
    it(`reads the delete policies of ${JSON.stringify(annotations)}`, () => {
      assert.deepEqual(roleOf({ [own]: 'Sync', ...annotations }).deletePolicies, expected);
    });
  }
});
