import assert from 'node:assert/strict';
import { until } from '../installation.ts';
import { ExampleSite } from './example-site.ts';

describe('The example gitops/several-clusters', () => {
  let site: ExampleSite;
  beforeEach(async () => {
    site = await ExampleSite.open('several-clusters', ['smoke-tests.yml'], {
      // The waits here are in real time.
      inputs: (inputs) => ('stableSeconds' in inputs ? { ...inputs, stableSeconds: '1' } : inputs),
    });
    for (const server of site.servers.values()) site.files.apply(server);
    await site.handler.start();
  });
  afterEach(() => site.close());

  /** A push to one repository, which all clusters see; each has a copy here. */
  const push = (manifests = site.files.manifests()) => {
    const commits = [...site.servers].map(([, server]) => server.commit('shop', manifests));
    return commits[0] ?? '';
  };

  it('syncs the first cluster, then the others, and tests each once', async () => {
    const { result } = await site.trigger('azure-pipelines.yml', push());
    assert.equal(result, 'succeeded', site.events.lines.join('\n'));
    await until(
      () => site.azure.queuedBuilds.filter(({ status }) => status === 'completed').length === 3,
    );
    const at = (line: string) => site.events.lines.indexOf(line);
    const canary = at('pipeline deploy: Sync shop in canary succeeded');
    assert.ok(at('canary: shop: operation Succeeded') < canary);
    for (const [name, place] of [
      ['eu', 'Europe'],
      ['us', 'America'],
    ] as const) {
      const order = [
        canary,
        at(`${name}: shop: operation of ci`),
        at(`${name}: shop: operation Succeeded`),
        at(`pipeline deploy: Sync shop in ${place} succeeded`),
        at('pipeline deploy succeeded'),
      ];
      assert.ok(!order.includes(-1), site.events.lines.join('\n'));
      assert.deepEqual(
        order,
        order.toSorted((a, b) => a - b),
      );
    }
    assert.deepEqual(site.azure.queuedBuilds.map(({ result: each }) => each).sort(), [
      ...['succeeded', 'succeeded', 'succeeded'],
    ]);
    assert.deepEqual(site.azure.faults, []);
  });

  it('does not sync the others if the first fails', async () => {
    const web = site.files.manifests()['web.yaml'] ?? '';
    const sha = push({ 'web.yaml': web.replace('port: 80', 'port: 80000') });
    const { result } = await site.trigger('azure-pipelines.yml', sha);
    assert.equal(result, 'failed');
    assert.deepEqual(site.events.matching(/^(eu|us): /), []);
    assert.deepEqual(site.azure.queuedBuilds, []);
  });
});
