import assert from 'node:assert/strict';
import type { ResourceStatus } from '../../../src/sync/model/application.ts';
import type { ResourceResult } from '../../../src/sync/model/operation.ts';
import { appliedResources, unhealthyApplied } from '../../../src/sync/rules/applied.ts';
import { resource, result } from '../sample-application.ts';

describe('What an operation has applied', () => {
  const web = { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' };
  const role = { group: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'reader' };
  const applied = (...results: readonly Partial<ResourceResult>[]) =>
    results.map((one) => result({ ...web, status: 'Synced', ...one }));
  const progressing = (change: Partial<ResourceStatus> = {}) =>
    resource('Progressing', { ...web, ...change });

  const cases: readonly (readonly [
    string,
    Partial<ResourceResult>,
    Partial<ResourceStatus>,
    boolean,
  ])[] = [
    ['is found in the status', {}, {}, true],
    ['excludes a resource of the same name in another namespace', {}, { namespace: 'pay' }, false],
    ['excludes a resource with another name', {}, { name: 'api' }, false],
    ['excludes one in another group', {}, { group: 'example.com' }, false],
    [
      'is found even if the status shows no namespace, since it is cluster-scoped',
      { ...role, namespace: 'shop' },
      { ...role, namespace: '' },
      true,
    ],
    ['excludes what was pruned', { status: 'Pruned' }, {}, false],
  ];
  for (const [what, one, status, isFound] of cases) {
    it(what, () => {
      assert.equal(appliedResources(applied(one)).fits(progressing(status)), isFound);
      const found = unhealthyApplied(
        { resources: [progressing(status)] },
        { results: applied(one) },
      );
      assert.equal(found.length, isFound ? 1 : 0);
    });
  }

  it('is not awaited if it is healthy, a hook, or has failed', () => {
    const count = (status: ResourceStatus, results: readonly ResourceResult[]) =>
      unhealthyApplied({ resources: [status] }, { results }).length;
    const healthy = progressing({ health: { status: 'Healthy', message: '' } });
    assert.equal(count(healthy, applied({})), 0);
    assert.equal(count(progressing(), applied({ hookType: 'Sync' })), 0);
    assert.equal(count(progressing(), applied({ status: 'SyncFailed' })), 0);
  });
});
