import { strict as assert } from 'node:assert';
import {
  isNamespace,
  kindId,
  namesakeId,
  printKey,
  printName,
  resourceId,
} from '../../../src/sync/model/application.ts';

describe('printName', () => {
  it('is what a person would type', () => {
    assert.equal(printName({ name: 'shop' }), 'shop');
    assert.equal(printName({ name: 'shop', namespace: 'team' }), 'team/shop');
    assert.equal(printName({ name: 'shop', namespace: '' }), 'shop');
  });
});

describe('printKey', () => {
  const cases = [
    ['', 'ConfigMap', 'ConfigMap/x'],
    ['apps', 'Deployment', 'Deployment/x'],
    ['rbac.authorization.k8s.io', 'Role', 'Role/x'],
    ['example.com', 'Widget', 'example.com/Widget/x'],
  ] as const;
  for (const [group, kind, text] of cases) {
    it(`prints ${text}`, () => {
      assert.equal(printKey({ group, kind, namespace: 'n', name: 'x' }), text);
    });
  }
});

describe('The ids of resources', () => {
  const web = { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'web' };
  const others = [
    { group: 'extensions' },
    { kind: 'StatefulSet' },
    { namespace: 'pay' },
    { name: 'api' },
    // A separator within one part must not be confused with one between two.
    { group: 'apps\nDeployment', kind: '' },
    { kind: 'Deployment/web', name: '' },
  ];
  const differing = (id: (key: typeof web) => string) =>
    others.map((change) => id({ ...web, ...change }) !== id(web));

  it('distinguish each resource from all others', () => {
    assert.deepEqual(differing(resourceId), [true, true, true, true, true, true]);
  });

  it('ignore the namespace if that is requested', () => {
    assert.deepEqual(differing(namesakeId), [true, true, false, true, true, true]);
  });

  it('distinguish kinds by group', () => {
    assert.equal(kindId(web), 'apps/Deployment');
    assert.equal(kindId({ group: '', kind: 'Service' }), '/Service');
  });

  it('recognize a Namespace of Kubernetes itself, by name if one is given', () => {
    const namespace = { group: '', kind: 'Namespace', name: 'shop' };
    assert.ok(isNamespace(namespace));
    assert.ok(isNamespace(namespace, 'shop'));
    assert.ok(!isNamespace(namespace, 'pay'));
    assert.ok(!isNamespace({ ...namespace, group: 'example.com' }));
    assert.ok(!isNamespace({ ...namespace, kind: 'ConfigMap' }));
  });
});
