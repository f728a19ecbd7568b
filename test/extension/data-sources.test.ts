import assert from 'node:assert/strict';
import { after, before, describe, it } from 'mocha';
import { ArgoCDSimulator } from '../simulators/argo-cd/simulator.ts';
import { connectionType, task } from './extension-files.ts';

/** What Azure DevOps does for a data source, as far as it is known: template, GET, JSON path, template. */
describe('The data sources of the service connection', () => {
  let argocd: ArgoCDSimulator;
  before(async () => {
    argocd = await ArgoCDSimulator.start({ rootPath: '/argo-cd' });
    argocd.createApplication('shop');
  });
  after(() => argocd.stop());

  async function call(name: string, token: string): Promise<Response> {
    const source = connectionType.dataSources.find((candidate) => candidate.name === name);
    const header = connectionType.authenticationSchemes[0]?.headers?.[0];
    assert.ok(source && header);
    return fetch(source.endpointUrl.replace('{{{endpoint.url}}}', `${argocd.url}/`), {
      headers: { [header.name]: header.value.replace('{{endpoint.apitoken}}', token) },
      redirect: 'error',
    });
  }

  for (const { name } of connectionType.dataSources) {
    it(`answer ${name} with a good token and refuse a bad one`, async () => {
      const good = await call(name, argocd.token);
      assert.equal(good.status, 200);
      assert.ok((await good.text()).length < 300, 'no field too many');
      const bad = await call(name, 'bad-token');
      assert.equal(bad.status, 401);
      await bad.text();
    });
  }

  const lists = [
    { source: 'Applications', values: ['argocd/shop'] },
    { source: 'Projects', values: ['default'] },
  ];
  for (const { source, values } of lists) {
    it(`fill the pick list of ${source}`, async () => {
      const binding = task.dataSourceBindings.find(
        ({ dataSourceName }) => dataSourceName === source,
      );
      assert.ok(binding);
      const answer = (await (await call(source, argocd.token)).json()) as {
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
