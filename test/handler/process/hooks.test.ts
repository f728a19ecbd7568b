import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '../../hook/hook-site.ts';
import { configMap, files, job } from '../../manifests.ts';
import { HookInstallation } from './hook-installation.ts';
import { until } from './installation.ts';

describe('The built handler and the built hook command', () => {
  let site: HookInstallation;

  beforeEach(async () => {
    site = await HookInstallation.open();
    const { argocd, handler } = site.installation;
    site.addPipeline('smoke-tests');
    argocd.commit(
      'shop',
      files(
        configMap('settings'),
        job('smoke', { hook: 'PostSync', policy: 'BeforeHookCreation' }),
      ),
    );
    argocd.createApplication('shop');
    site.configure(`
  callers: [{ name: here, tokenReview: { kubeconfig: '${site.kubeconfig}' } }]
  grants:
    - { caller: here, namespaces: ['*'], serviceAccounts: [argocd-hooks], argocd: prod, appProjects: ['*'], applications: [shop],
        ${site.queueOf('smoke-tests')} }`);
    await handler.start();
  });
  afterEach(() => site.close());

  it('queue a pipeline once for an operation, whatever happens to the processes', async () => {
    const { installation, cluster } = site;
    const { argocd, azure, folder, ports } = installation;
    argocd.syncAs('eve', 'shop', {});
    await until(() => site.hookOf('shop', 'smoke') !== undefined);
    const namespace = site.hookOf('shop', 'smoke')?.namespace ?? '';
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
