import { strict as assert } from 'node:assert';
import type { Application } from '../../../src/sync/model/application.ts';
import { findRunWarnings } from '../../../src/sync/rules/run-warning.ts';
import type { OperationState } from '../../../src/sync/model/operation.ts';
import type { RunWarning } from '../../../src/sync/model/outcome.ts';
import { application, ended, foreign, operation, resource, result } from '../sample-application.ts';

function concerns(
  one: Application,
  last: OperationState | undefined,
  isMissing = true,
): readonly RunWarning[] {
  return findRunWarnings(one, last, undefined, isMissing);
}

const titlesOf = (...given: Parameters<typeof concerns>) =>
  concerns(...given).map(({ title }) => title);

describe('findConcerns', () => {
  it('returns none if all succeeded', () => {
    assert.deepEqual(concerns(application(), ended('Succeeded')), []);
    assert.deepEqual(concerns(application(), undefined), []);
  });

  it('warns of what was not pruned, but not of what its author wants to keep', () => {
    const skipped = (name: string, message: string) =>
      result({ name, message, status: 'PruneSkipped' });
    const results = [
      skipped('a', 'ignored (requires pruning)'),
      skipped('b', 'ignored (requires pruning)'),
      skipped('c', 'ignored (no prune)'),
    ];
    const [runWarning] = concerns(application(), ended('Succeeded', { results }));
    assert.equal(runWarning?.title, '2 resources are no longer in Git but still in the cluster');
    assert.match(runWarning?.message ?? '', /^Deployment\/a, Deployment\/b\. Set prune/);
  });

  it('warns that apply ran no hooks, but not for a rollback, which never does', () => {
    const apply = (info: ReturnType<typeof operation>['info']) =>
      ended('Succeeded', { operation: operation({ strategy: 'apply', info }) });
    assert.deepEqual(titlesOf(application(), apply(operation().info)), [
      'Strategy "apply" ran no hooks',
    ]);
    assert.deepEqual(titlesOf(application(), apply(foreign().info)), []);
  });

  it('warns of relevant Argo CD warnings, and of what disappeared', () => {
    const conditions = ['SharedResourceWarning', 'OrphanedResourceWarning', 'SyncError'].map(
      (type) => ({ type, message: 'm' }),
    );
    const one = application({
      conditions,
      resources: [resource('Missing'), resource('Missing', { hook: true })],
    });
    assert.deepEqual(titlesOf(one, ended('Succeeded')), [
      'SharedResourceWarning',
      '1 resource disappeared after the sync',
    ]);
    assert.deepEqual(titlesOf(one, ended('Succeeded'), false), ['SharedResourceWarning']);
  });

  it('says which of several manifests for one resource counts', () => {
    const message =
      'Resource /ConfigMap/shop/settings appeared 2 times among application resources.';
    const conditions = [{ type: 'RepeatedResourceWarning', message }];
    assert.deepEqual(concerns(application({ conditions }), ended('Succeeded')), [
      {
        title: 'RepeatedResourceWarning',
        message: `${message} Argo CD applies only the last of them: remove the others.`,
      },
    ]);
  });

  it('names five and counts the rest', () => {
    const resources = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) =>
      resource('Missing', { name }),
    );
    const [runWarning] = concerns(application({ resources }), ended('Succeeded'));
    assert.match(runWarning?.message ?? '', /Deployment\/e and 2 more\./);
  });
});
