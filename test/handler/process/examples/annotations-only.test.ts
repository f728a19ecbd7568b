import assert from 'node:assert/strict';
import { ExampleSite } from './example-site.ts';

const pipelines = ['smoke-tests.yml', 'report.yml'];

describe('The example gitops/annotations-only', () => {
  let site: ExampleSite;
  beforeEach(async () => {
    site = await ExampleSite.open('annotations-only', pipelines, {
      script: (pipeline) => (pipeline === 'report' ? 'failed' : 'succeeded'),
    });
    await site.handler.start();
    site.push(site.argocd, 'shop');
    site.files.apply(site.argocd);
    await site.ended('smoke-tests');
  });
  afterEach(() => site.close());

  it('queues the tests when Argo CD has synced automatically, without a pipeline at the start', () => {
    assert.deepEqual(site.events.matching(/^(?!.*Namespace)/), [
      'shop: operation of Argo CD',
      'shop: Sync Service/web Synced',
      'shop: Sync Deployment/web Synced',
      'shop: operation Succeeded',
      'pipeline smoke-tests runs',
      'pipeline smoke-tests: ArgoCDEvent@1 succeeded',
      'pipeline smoke-tests: Ask the shop for its health succeeded',
      'pipeline smoke-tests succeeded',
    ]);
    assert.deepEqual(site.azure.faults, []);
  });

  it('reports a failed sync once for all its attempts', async () => {
    site.events.lines.length = 0;
    const web = site.files.manifests()['web.yaml'] ?? '';
    site.argocd.commit('shop', { 'web.yaml': web.replace('port: 80', 'port: 80000') });
    site.argocd.deliverPush();
    await site.ended('report');
    assert.deepEqual(site.events.matching(/^pipeline|operation|attempt/), [
      'shop: operation of Argo CD',
      'shop: waits for attempt 1',
      'shop: operation Failed',
      'pipeline report runs',
      'pipeline report: ArgoCDEvent@1 succeeded',
      'pipeline report: Say what happened failed',
      'pipeline report failed',
    ]);
    assert.equal(site.azure.queuedBuilds.length, 2);
  });

  it('reports lost health after a successful sync', async () => {
    const web = site.files.manifests()['web.yaml'] ?? '';
    const broken = web
      .replace(
        'labels: { app: web } }',
        'labels: { app: web }, annotations: { lab/ready: "false" } }',
      )
      .replace('progressDeadlineSeconds: 120', 'progressDeadlineSeconds: 5');
    site.argocd.commit('shop', { 'web.yaml': broken });
    site.argocd.deliverPush();
    await site.ended('report');
    const queued = site.azure.queuedBuilds.map(({ queued: { pipeline } }) => pipeline.name);
    assert.deepEqual(queued, ['smoke-tests', 'smoke-tests', 'report']);
  });
});
