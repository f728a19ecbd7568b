import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ServiceAccountIssuer } from '../../../simulators/kubernetes/service-account-issuer.ts';
import { root } from '../../../scripts/bundle.ts';
import { runCommand } from '../../hook/hook-site.ts';
import { configMap, files, job } from '../../manifests.ts';
import { settled } from './inspection.ts';
import { Installation, until } from './installation.ts';

describe('The hook command, for a task that waits for its operation,', () => {
  let installation: Installation;
  const issuer = new ServiceAccountIssuer('https://cluster.example.com');

  beforeEach(async () => {
    installation = await Installation.open({}, false);
    const { argocd, azure, configText, folder } = installation;
    const pat = azure.addIdentity('handler', ['View builds']).token;
    writeFileSync(join(folder, 'keys.json'), JSON.stringify(issuer.keys));
    installation.configure(
      configText
        .replace('private: true }]', `private: true }]\n  identity: { pat: '${pat}' }`)
        .replace(`token: '${argocd.token}' }`, `token: '${argocd.token}', announcedRuns: direct }`)
        .replace('clients:\n', 'clients:\n  - { name: direct, tokens: [] }\n')
        .replace('- client: fabrikam', '- client: direct') +
        `hooks:
  callers: [{ name: edge, oidc: { issuer: '${issuer.issuer}', keys: '\${file:./keys.json}' } }]
  grants:
    - { caller: edge, namespaces: ['*'], serviceAccounts: [argocd-hooks], argocd: prod, appProjects: ['*'], applications: [shop] }
`,
    );
    const smoke = job('smoke', { hook: 'PostSync', policy: 'BeforeHookCreation', seconds: 60 });
    argocd.commit('shop', files(configMap('settings'), smoke));
    argocd.createApplication('shop');
    await installation.handler.start();
  });
  afterEach(() => installation.close());

  it('lets it be completed once, when the operation ends and not before', async () => {
    const { argocd, azure, folder, ports } = installation;
    const run = azure.runServerTask({
      task: join(root, 'tasks/ArgoCDSyncDirect/V1'),
      inputs: { application: 'shop', project: 'default' },
      connections: {
        argocdConnection: {
          url: `${argocd.url}/`,
          scheme: 'Token',
          parameters: { apitoken: argocd.token },
        },
      },
    });
    const state = () => argocd.application('shop')?.status.operationState;
    const hook = () => state()?.syncResult?.resources?.find(({ name }) => name === 'smoke');
    await until(() => hook() !== undefined);
    const namespace = hook()?.namespace ?? '';
    const account = { namespace, serviceAccount: 'argocd-hooks', pod: 'smoke-x7k2p' };
    writeFileSync(
      join(folder, 'token'),
      issuer.issue({ ...account, audiences: ['argocd-handler'] }),
    );
    const words = [
      ...['complete', '--handler', `http://127.0.0.1:${ports.public}`],
      ...['--token-file', join(folder, 'token')],
    ];
    const env = { ARGOCD_APP_NAME: 'shop', HOOK_JOB: 'smoke', HOOK_NAMESPACE: namespace };
    const { code, out, errors } = await runCommand(words, env);
    assert.equal(code, 0, errors);
    assert.match(out, /completes its task in Azure Pipelines when it ends|is completed: succeeded/);
    assert.ok(state()?.phase === 'Succeeded' || azure.completions(run.job).length === 0);
    assert.equal((await run.done).result, 'succeeded');
    assert.equal(state()?.phase, 'Succeeded');
    await settled(installation);
    assert.equal(azure.completions(run.job).length, 1);
    assert.deepEqual(azure.faults, []);
  });
});
