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
    [{ [own]: 'PreDelete' }, 'deletion / PreDelete'],
    [{ [own]: 'PostDelete,PreDelete' }, 'deletion / PreDelete PostDelete'],
    [{ [own]: 'Skip,PreDelete' }, 'deletion / PreDelete'],
    [{ [own]: 'PostSync,PreDelete' }, 'hook PostSync / PreDelete'],
    [{ [own]: 'PreDelete', [helm]: 'pre-install' }, 'hook PreSync / PreDelete'],
    [{ [own]: 'Garbage', [helm]: 'post-install' }, 'hook PostSync'],
    [{ [own]: 'Garbage', [helm]: 'pre-delete' }, 'deletion / PreDelete'],
    [{ [own]: 'Garbage', [helm]: 'crd-install' }, 'unknown'],
    [{ [own]: 'Sync', [helm]: 'pre-install' }, 'hook Sync'],
    [{ [helm]: 'pre-install' }, 'hook PreSync'],
    [{ [helm]: 'pre-install,pre-upgrade' }, 'hook PreSync'],
    [{ [helm]: 'post-upgrade, pre-install' }, 'hook PreSync PostSync'],
    [{ [helm]: 'crd-install' }, 'resource'],
    [{ [helm]: 'crd-install,pre-install' }, 'hook PreSync'],
    [{ [helm]: 'crd-install,test' }, 'unknown'],
    [{ [helm]: 'pre-delete' }, 'deletion / PreDelete'],
    [{ [helm]: 'post-delete' }, 'deletion / PostDelete'],
    [{ [helm]: 'pre-rollback' }, 'unknown'],
    [{ [helm]: 'test-success' }, 'unknown'],
    [{ [helm]: '' }, 'unknown'],
  ];
  for (const [annotations, expected] of cases) {
    it(`reads ${JSON.stringify(annotations)} as ${expected}`, () => {
      const { role, phases, deletionPhases } = roleOf(annotations);
      const deletion = deletionPhases.length > 0 ? ['/', ...deletionPhases] : [];
      assert.equal([role, ...phases, ...deletion].join(' '), expected);
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
