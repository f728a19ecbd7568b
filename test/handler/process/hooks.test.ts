import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rights } from '../../../simulators/azure-devops/principal.ts';
import { KubernetesSimulator } from '../../../simulators/kubernetes/api-server.ts';
import { organizationName } from '../../../src/azure/http/organization-name.ts';
import { runCommand } from '../../hook/hook-site.ts';
import { configMap, files, job } from '../../manifests.ts';
import { localhostTls } from '../../simulators/kubernetes/tls.ts';
import { Installation, until } from './installation.ts';

describe('The built handler and the built hook command', () => {
  let installation: Installation;
  let cluster: KubernetesSimulator;

  beforeEach(async () => {
    installation = await Installation.open({}, false);
    cluster = await KubernetesSimulator.start(localhostTls);
    const { argocd, azure, folder } = installation;
    const { token } = azure.addIdentity('argocd handler', rights);
    writeFileSync(join(folder, 'pat'), token);
    writeFileSync(join(folder, 'kubeconfig'), cluster.kubeconfig);
    const runNumber = 'argocd-${{ parameters.event }}';
    azure.addPipeline({ name: 'smoke-tests', parameters: [{ name: 'event' }], runNumber });
    argocd.commit(
      'shop',
      files(
        configMap('settings'),
        job('smoke', { hook: 'PostSync', policy: 'BeforeHookCreation' }),
      ),
    );
    argocd.createApplication('shop');
    const organization = organizationName(azure.collectionUrl);
    installation.configure(
      installation.configText.replace(
        'private: true }]',
        "private: true, pat: '${file:./pat}' }]",
      ) +
        `hooks:
  callers: [{ name: here, tokenReview: { kubeconfig: '${join(folder, 'kubeconfig')}' } }]
  grants:
    - { caller: here, namespaces: ['*'], serviceAccounts: [argocd-hooks], argocd: prod, appProjects: ['*'], applications: [shop],
        queue: [{ organization: '${organization}', azureProjects: [shop], pipelines: [smoke-tests] }] }
`,
    );
    await installation.handler.start();
  });
  afterEach(async () => {
    await installation.close();
    await cluster.close();
  });

  it('queue a pipeline once for an operation, whatever happens to the processes', async () => {
    const { argocd, azure, folder, ports } = installation;
    argocd.syncAs('eve', 'shop', {});
    const hookOf = () =>
      argocd
        .application('shop')
        ?.status.operationState?.syncResult?.resources?.find(({ name }) => name === 'smoke');
    await until(() => hookOf() !== undefined);
    const namespace = hookOf()?.namespace ?? '';
    const account = { namespace, serviceAccount: 'argocd-hooks', pod: 'smoke-x7k2p' };
    const token = cluster.issuer.issue({ ...account, audiences: ['argocd-handler'] });
    writeFileSync(join(folder, 'token'), token);
    const words = [
      ...['queue', '--pipeline', 'shop/smoke-tests'],
      ...['--handler', `http://127.0.0.1:${ports.public}`],
      ...['--token-file', join(folder, 'token')],
    ];
    const env = { ARGOCD_APP_NAME: 'shop', HOOK_JOB: 'smoke', HOOK_NAMESPACE: namespace };
    const first = await runCommand(words, env);
    assert.equal(first.code, 0, first.errors + installation.handler.printed.slice(-3_000));
    await until(() => azure.queuedBuilds.length === 1);
    await installation.handler.kill();
    await installation.handler.start();
    // The handler knows the hook by its pod, and its application by the grant.
    const again = await runCommand(words, {});
    assert.equal(again.code, 0, again.errors);
    assert.deepEqual(
      azure.queuedBuilds.map(({ queued: { pipeline } }) => pipeline.name),
      ['smoke-tests'],
    );
    for (const { out } of [first, again]) {
      assert.match(out, /runs this hook in PostSync of application shop\./);
    }
    assert.ok(cluster.reviews.length > 0);
    assert.ok(!installation.handler.printed.includes(token.split('.')[2] ?? ''));
    assert.deepEqual(azure.faults, []);
  });
});
