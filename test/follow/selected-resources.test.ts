import assert from 'node:assert/strict';
import { ArgoCDError } from '../../src/argocd/argocd-error.ts';
import type { ManifestRevisions } from '../../src/argocd/port.ts';
import { selectResources } from '../../src/follow/selected-resources.ts';
import type { RevisionTarget } from '../../src/sync/model/goal.ts';
import { parseSelectionEntry } from '../../src/sync/plan/selection.ts';
import { UserError } from '../../src/user-error.ts';
import { application, revision, syncGoal, tracked } from '../sync/sample-application.ts';
import { address, failed, FakeArgoCD, portsOn } from './fake-argo-cd.ts';
import { ManualClock } from './manual-clock.ts';

describe('the resources of a selective sync', () => {
  const clock = new ManualClock();
  const manifests = ['web', 'worker'].map((name) => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
  }));
  let argocd: FakeArgoCD;
  let asked: ManifestRevisions | undefined;

  beforeEach(() => {
    argocd = new FakeArgoCD(clock);
    argocd.onManifests = (_, revisions) => {
      asked = revisions;
      return Promise.resolve(manifests);
    };
  });

  const select = (text: string, target: RevisionTarget = tracked, multiSource = false) => {
    const parsed = parseSelectionEntry(text);
    assert.ok('entry' in parsed);
    const goal = syncGoal({ target, options: { resources: [parsed.entry] } });
    const source = { repoURL: 'git', path: 'shop', chart: '', targetRevision: 'main' };
    const sources = multiSource ? { multiSource, sources: [source, source] } : {};
    const known = application({ destinationNamespace: 'ns', ...sources });
    return selectResources(goal, known, address, portsOn(argocd, clock));
  };

  it('are what the entries fit, by name, in the namespace of the application', async () => {
    const all = await select('apps:Deployment:w*');
    assert.deepEqual(
      all.map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`),
      ['Deployment ns/web', 'Deployment ns/worker'],
    );
  });

  const byPosition = [{ position: 2, revision: 'v2' }];
  const first = [{ position: 1, revision: 'v1' }];
  const targets: readonly (readonly [string, RevisionTarget, ManifestRevisions, boolean?])[] = [
    ['what the application tracks', tracked, {}],
    ['the revision asked for', revision('v1'), { revision: 'v1' }],
    ['revisions by position', { kind: 'revisions', byPosition }, { revisions: byPosition }, true],
    ['the first of a list of sources', revision('v1'), { revisions: first }, true],
  ];
  for (const [what, target, expected, multiSource] of targets) {
    it(`are read from ${what}`, async () => {
      await select('Deployment:web', target, multiSource);
      assert.deepEqual(asked, expected);
    });
  }

  it('are refused when an entry fits nothing', async () => {
    await assert.rejects(select('Service:web'), (error: unknown) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /^Input "resources": "Service:web" selects nothing/);
      return true;
    });
  });

  const cannot = new ArgoCDError('GET /x', 'unable to resolve v9 to a commit SHA', {
    failure: 'unavailable',
    status: 500,
  });
  const passing = new ArgoCDError('GET /x', 'rpc error: code = Unavailable', {
    failure: 'unavailable',
    status: 500,
  });
  const failures = [
    ['fail with the words of Argo CD when it cannot make the manifests', cannot, UserError],
    ['fail with the words of Argo CD when it refuses', failed('refused'), UserError],
    ['are tried again when the repo server is away', passing, ArgoCDError],
    ['are tried again when Argo CD is away', failed('unavailable'), ArgoCDError],
  ] as const;
  for (const [what, error, kind] of failures) {
    it(what, async () => {
      argocd.onManifests = () => Promise.reject(error);
      await assert.rejects(select('Deployment:web'), (thrown: unknown) => {
        assert.ok(thrown instanceof kind);
        assert.ok(thrown.message.includes(error.reason));
        return true;
      });
    });
  }
});
