import assert from 'node:assert/strict';
import { ExampleSite } from './example-site.ts';

describe('The example gitops/inbound-free', () => {
  let site: ExampleSite;
  beforeEach(async () => {
    site = await ExampleSite.open('inbound-free', []);
    site.files.apply(site.argocd);
    await site.handler.start();
  });
  afterEach(() => site.close());

  it('lets Azure DevOps call Argo CD directly, and the handler report and end the run', async () => {
    const sha = site.push(site.argocd, 'shop');
    const { result } = await site.trigger('azure-pipelines.yml', sha);
    assert.equal(result, 'succeeded', site.events.lines.join('\n'));
    assert.deepEqual(site.events.matching(/^(?!.*Namespace)/), [
      'pipeline deploy runs',
      'shop: operation of ci',
      'shop: Sync Service/web Synced',
      'shop: Sync Deployment/web Synced',
      'shop: operation Succeeded',
      'pipeline deploy: Sync shop succeeded',
      'pipeline deploy succeeded',
    ]);
    const asked = site.serverJobs.flatMap(({ execution }) => execution.sent);
    assert.deepEqual(
      asked.map(({ request }) => new URL(request.url).port),
      [new URL(site.argocd.url).port],
      'nothing is sent to the handler',
    );
    assert.deepEqual(site.azure.faults, []);
  });
});
