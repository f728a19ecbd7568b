import { strict as assert } from 'node:assert';
import { printKey, printName } from '../../../src/sync/model/application.ts';

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
