import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import { ArgoCDSimulator } from '../../simulators/argo-cd/simulator.ts';
import { jsonPath } from '../../simulators/azure-devops/json-path.ts';
import {
  allTasks,
  connectionType,
  handlerConnectionType,
  type ConnectionType,
} from './extension-files.ts';
import { PublicHandler } from './handler.ts';

/** The request of a data source of a connection with this address and token. */
function request(type: ConnectionType, name: string, url: string, token: string) {
  const source = type.dataSources.find((candidate) => candidate.name === name);
  const header = type.authenticationSchemes[0]?.headers?.[0];
  assert.ok(source && header);
  return fetch(source.endpointUrl.replace('{{{endpoint.url}}}', url), {
    headers: { [header.name]: header.value.replace('{{endpoint.apitoken}}', token) },
    redirect: 'manual',
  });
}

/**
 * What Azure DevOps does for a data source, as far as known: template, GET, JSON path, template.
 */
describe('The data sources of the service connection', () => {
  let argocd: ArgoCDSimulator;
  before(async () => {
    argocd = await ArgoCDSimulator.start({ rootPath: '/argo-cd' });
    argocd.createApplication('shop');
  });
  after(() => argocd.stop());

  const call = (name: string, token: string) =>
    request(connectionType, name, `${argocd.url}/`, token);

  for (const { name } of connectionType.dataSources) {
    it(`return ${name} with a valid token and fail with an invalid one`, async () => {
      const good = await call(name, argocd.token);
      assert.equal(good.status, 200);
      assert.ok((await good.text()).length < 300, 'no field too many');
      const bad = await call(name, 'bad-token');
      assert.equal(bad.status, 401);
      await bad.text();
    });
  }

  const lists: readonly { task: string; target: string; values: readonly string[] }[] = [
    { task: 'ArgoCDSync', target: 'applications', values: ['argocd/shop'] },
    { task: 'ArgoCDSync', target: 'project', values: ['default'] },
    { task: 'ArgoCDSyncDirect', target: 'application', values: ['shop'] },
    { task: 'ArgoCDSyncDirect', target: 'project', values: ['default'] },
    { task: 'ArgoCDHealthGate', target: 'application', values: ['shop'] },
    { task: 'ArgoCDHealthGate', target: 'project', values: ['default'] },
  ];
  for (const { task, target, values } of lists) {
    it(`fill the pick list ${target} of ${task}`, async () => {
      const binding = allTasks
        .find(({ name }) => name === task)
        ?.dataSourceBindings?.find((each) => each.target === target);
      assert.ok(binding);
      const answer = (await (await call(binding.dataSourceName, argocd.token)).json()) as {
        readonly items: readonly { readonly metadata: Readonly<Record<string, string>> }[];
      };
      const shown = answer.items.map(({ metadata }) => {
        const text = binding.resultTemplate.replaceAll(
          /\{\{metadata\.(\w+)\}\}/g,
          (_, field: string) => metadata[field] ?? '',
        );
        return (JSON.parse(text) as { readonly Value: string }).Value;
      });
      assert.deepEqual(shown, values);
    });
  }
});

describe('Verifying the service connection to the handler', () => {
  let handler: PublicHandler;
  let argocd: ArgoCDSimulator;
  before(async () => {
    handler = await PublicHandler.start('https://dev.azure.com/fabrikam');
    argocd = await ArgoCDSimulator.start();
  });
  after(async () => {
    await Promise.all([handler.stop(), argocd.stop()]);
  });

  /** What the selector finds: nothing means that the address is not the handler's. */
  async function verify(url: string, token: string): Promise<readonly unknown[]> {
    const answer = await request(handlerConnectionType, 'TestConnection', url, token);
    const text = await answer.text();
    if (answer.status !== 200) return [];
    const selector = handlerConnectionType.dataSources[0]?.resultSelector ?? '';
    return jsonPath(JSON.parse(text), selector.replace(/^jsonpath:/, ''));
  }

  for (const slash of ['', '/']) {
    it(`succeeds for an address that ends in "${slash}"`, async () => {
      const found = await verify(handler.url + slash, handler.token);
      assert.deepEqual(found, ['argocd-for-azure-pipelines']);
    });
  }

  it('fails with an invalid token', async () => {
    assert.deepEqual(await verify(handler.url, 'bad-token'), []);
  });

  it("fails for an address that is not the handler's, including Argo CD's", async () => {
    assert.deepEqual(await verify(argocd.url, argocd.token), []);
    assert.deepEqual(await verify(`${handler.url}/elsewhere`, handler.token), []);
  });
});
