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

describe('The resources of a selective sync', () => {
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

  it("are those that match the entries by name, in the application's namespace", async () => {
    const all = await select('apps:Deployment:w*');
    assert.deepEqual(
      all.map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`),
      ['Deployment ns/web', 'Deployment ns/worker'],
    );
  });

  const byPosition = [{ position: 2, revision: 'v2' }];
  const first = [{ position: 1, revision: 'v1' }];
  const targets: readonly (readonly [string, RevisionTarget, ManifestRevisions, boolean?])[] = [
    ["the application's target revision", tracked, {}],
    ['the requested revision', revision('v1'), { revision: 'v1' }],
    ['revisions by position', { kind: 'revisions', byPosition }, { revisions: byPosition }, true],
    ['the first of a list of sources', revision('v1'), { revisions: first }, true],
  ];
  for (const [what, target, expected, multiSource] of targets) {
    it(`are read from ${what}`, async () => {
      await select('Deployment:web', target, multiSource);
      assert.deepEqual(asked, expected);
    });
  }

  it('are refused if an entry matches nothing', async () => {
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
    ["fail with Argo CD's message if it cannot render the manifests", cannot, UserError],
    ["fail with Argo CD's message if it refuses", failed('refused'), UserError],
    ['are retried if the repo server is down', passing, ArgoCDError],
    ['are retried if Argo CD is down', failed('unavailable'), ArgoCDError],
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
