import assert from 'node:assert/strict';
import { configMap, files } from '../../manifests.ts';
import type { Application, Source } from '../../../simulators/argo-cd/application.ts';
import { send } from '../../../simulators/argo-cd/client.ts';
import { ArgoCDSimulator, defaultSpec } from '../../../simulators/argo-cd/simulator.ts';

/**
 * The responses of a real Argo CD 3.5.1 in the lab, by hand (2026-11-28), except for the OCI
 * artifacts.
 */
describe('The revisions of the Argo CD simulator', () => {
  let argocd: ArgoCDSimulator;
  let old: string;
  let tip: string;

  beforeEach(async () => {
    argocd = await ArgoCDSimulator.start();
    old = argocd.commit('shop', files(configMap('a')));
    argocd.pointTag('v1.0.0', old);
    argocd.pointBranch('feature/x', old);
    tip = argocd.commit('shop', files(configMap('a', { value: 'y' })));
  });
  afterEach(() => argocd.stop());

  const { source, ...rest } = defaultSpec('shop');
  const git = source ?? { repoURL: '' };
  const chart: Source = {
    repoURL: 'https://charts.example.com',
    chart: 'web',
    targetRevision: '1.x',
  };
  const oci: Source = { repoURL: 'oci://registry.example.com/web', targetRevision: 'stable' };

  /** Syncs, and returns the revision in the operation and the deployed one. */
  async function sync(spec: object, body: object): Promise<unknown> {
    argocd.createApplication('shop', { spec: { ...rest, ...spec } });
    await argocd.until('shop', (one) => one?.status.reconciledAt !== undefined);
    const answer = await send(argocd, 'POST', '/api/v1/applications/shop/sync', {
      body: { project: 'default', ...body },
    });
    if (answer.status !== 200) return (answer.json as { message: string }).message;
    const { sync: asked } = (answer.json as Application).operation ?? {};
    const ended = await argocd.until(
      'shop',
      (one) => one?.operation === undefined && one?.status.operationState !== undefined,
    );
    const { phase, syncResult } = ended?.status.operationState ?? {};
    return [
      asked?.revision ?? asked?.revisions,
      phase,
      syncResult?.revision || syncResult?.revisions,
    ];
  }

  it('resolve any name to a commit', async () => {
    for (const revision of ['v1.0.0', 'refs/tags/v1.0.0', 'feature/x', 'refs/heads/feature/x']) {
      assert.deepEqual(await sync({ source: git }, { revision }), [old, 'Succeeded', old]);
      argocd.deleteApplication('shop');
    }
    assert.deepEqual(await sync({ source: git }, { revision: 'HEAD' }), [tip, 'Succeeded', tip]);
  });

  it('keep a commit as written until it is checked out', async () => {
    for (const revision of [old.slice(0, 8), old.toUpperCase(), old.slice(0, 8).toUpperCase()]) {
      assert.deepEqual(await sync({ source: git }, { revision }), [revision, 'Succeeded', old]);
      argocd.deleteApplication('shop');
    }
    const short = { revisions: [old.slice(0, 8)], sourcePositions: [1] };
    const kept = [old.slice(0, 8)];
    assert.deepEqual(await sync({ sources: [git] }, short), [kept, 'Succeeded', kept]);
    argocd.deleteApplication('shop');
    const unknown = '0'.repeat(40);
    assert.deepEqual(await sync({ source: git }, { revision: unknown }), [
      unknown,
      'Error',
      unknown,
    ]);
  });

  it('refuse an unknown name', async () => {
    const words = /unable to resolve 'heads\/feature\/x' to a commit SHA/;
    assert.match(String(await sync({ source: git }, { revision: 'heads/feature/x' })), words);
  });

  it('ignore a revision for an application with a list of sources, even with only one', async () => {
    assert.deepEqual(await sync({ sources: [git] }, { revision: 'v1.0.0' }), [
      [tip],
      'Succeeded',
      [tip],
    ]);
    argocd.deleteApplication('shop');
    const byPosition = { revisions: ['v1.0.0'], sourcePositions: [1] };
    assert.deepEqual(await sync({ sources: [git] }, byPosition), [[old], 'Succeeded', [old]]);
    argocd.deleteApplication('shop');
    assert.deepEqual(await sync({ source: git }, byPosition), [tip, 'Succeeded', tip]);
  });

  it("resolve a chart's range to the newest version, and keep an exact version", async () => {
    for (const version of ['1.0.0', '1.2.0', '2.0.0']) {
      argocd.publish(chart, version, files(configMap('a', { value: version })));
    }
    assert.deepEqual(await sync({ source: chart }, {}), ['1.2.0', 'Succeeded', '1.2.0']);
    argocd.deleteApplication('shop');
    assert.deepEqual(await sync({ source: chart }, { revision: '~1.0' }), [
      '1.0.0',
      'Succeeded',
      '1.0.0',
    ]);
    argocd.deleteApplication('shop');
    assert.deepEqual(await sync({ source: chart }, { revision: 'v1.0.0' }), [
      'v1.0.0',
      'Succeeded',
      'v1.0.0',
    ]);
  });

  it('resolve an OCI tag to its digest', async () => {
    const before = argocd.publish(oci, 'stable', files(configMap('a')));
    assert.deepEqual(await sync({ source: oci }, {}), [before, 'Succeeded', before]);
    argocd.deleteApplication('shop');
    const after = argocd.publish(oci, 'stable', files(configMap('a', { value: 'y' })));
    assert.deepEqual(await sync({ source: oci }, { revision: 'stable' }), [
      after,
      'Succeeded',
      after,
    ]);
  });
});
