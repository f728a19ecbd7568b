import assert from 'node:assert/strict';
import { isCreated, namespaceExisted } from '../../../src/sync/plan/destination-namespace.ts';
import { A, application, entry, hook, result, state } from '../sample-application.ts';

const namespace = result({
  ...{ group: '', kind: 'Namespace', namespace: '', name: 'shop' },
  syncPhase: 'PreSync',
});
/** It started at second 10. */
const own = entry(10, A);
const before = entry(9, A);

describe('Whether the destination namespace existed', () => {
  for (const [what, results, history, existed] of [
    ['nothing is listed and there was no deployment before', [], [], false],
    ['nothing is listed and there was a deployment before', [], [before], true],
    ['nothing is listed, and the history contains only the operation itself', [], [own], false],
    ['it is listed as created', [namespace, hook()], [], false],
    ['it is listed as created, and the operation has ended', [namespace, hook()], [own], false],
    ['it is created again after its deletion', [namespace], [before], false],
    ['it is not listed, whoever created it', [hook()], [], true],
    ['another one is listed', [{ ...namespace, name: 'other' }], [], true],
    ['one of the manifests is listed', [{ ...namespace, namespace: 'shop' }], [], true],
  ] as const) {
    it(`is known if ${what}`, () => {
      const application_ = application({ history });
      assert.equal(namespaceExisted(application_, state({ results })), existed);
    });
  }

  it('is determined by what is listed of it, and not only by the kind', () => {
    assert.ok(isCreated(namespace, 'PreSync'));
    assert.ok(!isCreated(namespace, 'Sync'));
    assert.ok(!isCreated(result({ ...namespace, namespace: 'shop' }), 'PreSync'));
    assert.ok(!isCreated(result({ ...namespace, kind: 'ConfigMap' }), 'PreSync'));
    assert.ok(!isCreated(result({ ...namespace, group: 'example.com' }), 'PreSync'));
  });
});
