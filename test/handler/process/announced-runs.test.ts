import assert from 'node:assert/strict';
import { join } from 'node:path';
import { configMap, files, job } from '../../manifests.ts';
import { root } from '../../../scripts/bundle.ts';
import { readSteps } from '../../extension/yaml-steps.ts';
import { settled } from './inspection.ts';
import { linesOf } from './plan-lines.ts';
import { Installation, until } from './installation.ts';

/** Those of the example, without its connection. */
const example = join(root, 'examples/gitops/inbound-free/azure-pipelines.yml');
const [step] = readSteps(example, 'ArgoCDSyncDirect');
const inputs = Object.fromEntries(
  Object.entries(step?.inputs ?? {})
    .filter(([name]) => name !== 'argocdConnection')
    .map(([name, value]) => [name, String(value)]),
);

describe('A handler that nobody can reach', () => {
  let installation: Installation;
  let configured: string;
  beforeEach(async () => {
    installation = await Installation.open({}, false);
    const { argocd, azure, configText } = installation;
    const pat = azure.addIdentity('handler', ['View builds', 'Queue builds']).token;
    configured = configText
      .replace('private: true }]', `private: true }]\n  identity: { pat: '${pat}' }`)
      .replace(`token: '${argocd.token}' }`, `token: '${argocd.token}', announcedRuns: direct }`)
      .replace('clients:\n', 'clients:\n  - { name: direct, tokens: [] }\n')
      .replace('- client: fabrikam', '- client: direct');
    installation.configure(configured);
    argocd.commit('shop', files(job('migrate', { hook: 'PreSync', seconds: 20 }), configMap('a')));
    argocd.createApplication('shop');
  });
  afterEach(() => installation.close());

  const sync = (more: Readonly<Record<string, string>> = {}) =>
    installation.azure.runServerTask({
      task: join(root, 'tasks/ArgoCDSyncDirect/V1'),
      inputs: { ...inputs, project: 'default', ...more },
      connections: {
        argocdConnection: {
          url: `${installation.argocd.url}/`,
          scheme: 'Token',
          parameters: { apitoken: installation.argocd.token },
        },
      },
    });

  it('finds the runs of ArgoCDSyncDirect in Argo CD, and ends each once, even after a kill', async () => {
    const { argocd, azure, handler } = installation;
    await handler.start();
    const run = sync();
    await until(() => linesOf(run.job.plan).some((line) => /Job\/migrate +Running/.test(line)));
    await handler.kill();
    await handler.start();
    assert.equal((await run.done).result, 'succeeded');
    await settled(installation);
    assert.equal(azure.completions(run.job).length, 1);
    assert.equal(argocd.requests.filter(({ path }) => path.endsWith('/sync')).length, 1);
  });

  it('waits for what the configuration queued because of the sync', async () => {
    const { azure } = installation;
    azure.addPipeline({ name: 'audit', run: { milliseconds: 1, result: 'failed' } });
    const rule =
      '{ name: audit, when: { events: [succeeded] }, do: { queuePipeline: shop/audit } }';
    installation.configure(`${configured}followUps: [${rule}]\n`);
    await installation.handler.start();
    const run = sync({ waitForFollowUps: 'true' });
    assert.equal((await run.done).result, 'failed');
    const { issues } = run.job.plan.record(run.job.taskInstanceId) ?? {};
    assert.match(issues?.[0]?.message ?? '', /The follow-up \S*audit failed/);
    await settled(installation);
  });

  it('reports what ended before it started', async () => {
    const run = sync();
    await installation.argocd.until(
      'shop',
      (shop) => shop?.status.operationState?.phase === 'Succeeded',
    );
    await installation.handler.start();
    assert.equal((await run.done).result, 'succeeded');
    await settled(installation);
  });
});
