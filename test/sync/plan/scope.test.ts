import { strict as assert } from 'node:assert';
import { scopes } from '../../../src/sync/plan/scope.ts';

describe('Scopes', () => {
  const scopeOf = scopes([
    { group: 'example.com', kind: 'Cluster', clusterScoped: true },
    { group: 'example.com', kind: 'Widget', clusterScoped: false },
    { group: 'apps', kind: 'Deployment', clusterScoped: true },
  ]);
  const cases: readonly (readonly [string, string, string | undefined])[] = [
    ['', 'Namespace', 'cluster'],
    ['', 'ConfigMap', 'namespace'],
    ['rbac.authorization.k8s.io', 'ClusterRole', 'cluster'],
    ['rbac.authorization.k8s.io', 'Role', 'namespace'],
    ['apps', 'Deployment', 'namespace'],
    ['example.com', 'Cluster', 'cluster'],
    ['example.com', 'Widget', 'namespace'],
    ['example.com', 'Gadget', undefined],
    ['example.com', 'Namespace', undefined],
  ];
  for (const [group, kind, expected] of cases) {
    it(`are ${String(expected)} for ${group}/${kind}`, () => {
      assert.equal(scopeOf({ group, kind }), expected);
    });
  }
});
