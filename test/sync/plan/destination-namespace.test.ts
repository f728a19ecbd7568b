import assert from 'node:assert/strict';
import { isCreated, namespaceExisted } from '../../../src/sync/plan/destination-namespace.ts';
import { A, application, entry, hook, result, state } from '../sample-application.ts';

const namespace = result({
  ...{ group: '', kind: 'Namespace', namespace: '', name: 'shop' },
  syncPhase: 'PreSync',
});
/** It began at second 10. */
const own = entry(10, A);
const before = entry(9, A);

describe('whether the destination namespace existed', () => {
  for (const [what, results, history, existed] of [
    ['nothing is listed and nobody has deployed yet', [], [], false],
    ['nothing is listed and somebody has deployed before', [], [before], true],
    ['nothing is listed, and only the operation itself is in the history', [], [own], false],
    ['it is listed as made', [namespace, hook()], [], false],
    ['it is listed as made, and the operation has ended', [namespace, hook()], [own], false],
    ['it is made again, having been deleted', [namespace], [before], false],
    ['it is not listed, whoever made it', [hook()], [], true],
    ['another one is listed', [{ ...namespace, name: 'other' }], [], true],
    ['one of the manifests is listed', [{ ...namespace, namespace: 'shop' }], [], true],
  ] as const) {
    it(`is known when ${what}`, () => {
      const application_ = application({ history });
      assert.equal(namespaceExisted(application_, state({ results })), existed);
    });
  }

  it('is told by what is listed of it, and not by the kind alone', () => {
    assert.ok(isCreated(namespace, 'PreSync'));
    assert.ok(!isCreated(namespace, 'Sync'));
    assert.ok(!isCreated(result({ ...namespace, namespace: 'shop' }), 'PreSync'));
    assert.ok(!isCreated(result({ ...namespace, kind: 'ConfigMap' }), 'PreSync'));
    assert.ok(!isCreated(result({ ...namespace, group: 'example.com' }), 'PreSync'));
  });
});
