import assert from 'node:assert/strict';
import { childApplication, configMap, deployment, files, job } from '../../manifests.ts';
import type { Application } from '../../../simulators/argo-cd/application.ts';
import { send } from '../../../simulators/argo-cd/client.ts';
import { ArgoCDSimulator, defaultSpec } from '../../../simulators/argo-cd/simulator.ts';

const sync = '/api/v1/applications/shop/sync';
const body = { project: 'default' };
const ended = (application: Application | undefined) =>
  application?.operation === undefined &&
  application?.status.operationState?.finishedAt !== undefined;

function annotated(name: string, annotation: string): string {
  const metadata = `{ name: ${name}, annotations: { ${annotation} } }`;
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: ${metadata}\n`;
}

describe('The Argo CD simulator', () => {
  let argocd: ArgoCDSimulator;

  beforeEach(async () => {
    argocd = await ArgoCDSimulator.start();
  });
  afterEach(() => argocd.stop());

  async function deploy(...documents: string[]): Promise<Application> {
    argocd.commit('shop', files(...documents));
    argocd.createApplication('shop');
    await argocd.until('shop', (one) => one?.status.reconciledAt !== undefined);
    assert.equal((await send(argocd, 'POST', sync, { body })).status, 200);
    const application = await argocd.until('shop', ended);
    assert(application);
    return application;
  }

  it('works in scaled time, with all timestamps on the simulated clock', async () => {
    const { status } = await deploy(
      configMap('a'),
      configMap('b', { wave: 1 }),
      configMap('c', { wave: 2 }),
    );
    const { startedAt, finishedAt = '' } = status.operationState ?? { startedAt: '' };
    assert.equal(status.operationState?.phase, 'Succeeded');
    assert(Date.parse(finishedAt) - Date.parse(startedAt) >= 4000, `${startedAt} ${finishedAt}`);
  });

  it('shows running images and health after the operation', async () => {
    await deploy(deployment('web', { tag: '2.0' }));
    const live = await argocd.until(
      'shop',
      (one) => one?.status.health.status === 'Healthy' && one.status.sync.status === 'Synced',
    );
    assert.deepEqual(live?.status.summary.images, ['nginx:2.0']);
  });

  for (const [code, expected] of [
    [0, 'Succeeded'],
    [3, 'Failed'],
  ] as const) {
    it(`leaves a Job's pod to its runner, whose exit code counts: ${code}`, async () => {
      const pods: (string | undefined)[] = [];
      argocd.podRunner = ({ metadata }, write) => {
        pods.push(metadata.labels?.['batch.kubernetes.io/job-name']);
        write('by the runner');
        return metadata.labels?.['job-name'] === 'run' ? Promise.resolve(code) : undefined;
      };
      const hooks = ['run', 'other'].map((name) => job(name, { hook: 'PreSync', exit: 0 }));
      const { status } = await deploy(...hooks, configMap('a'));
      assert.deepEqual(pods.sort(), ['other', 'run']);
      const results = status.operationState?.syncResult?.resources ?? [];
      const phaseOf = (name: string) => results.find((one) => one.name === name)?.hookPhase;
      assert.deepEqual([phaseOf('run'), phaseOf('other')], [expected, 'Succeeded']);
      const query = 'namespace=ns-shop&resourceName=run&kind=Job&group=batch';
      const { text } = await send(argocd, 'GET', `/api/v1/applications/shop/logs?${query}`);
      assert.match(text, /by the runner/);
    });
  }

  it('does not notice a push until a refresh', async () => {
    await deploy(configMap('a'));
    await argocd.until('shop', (one) => one?.status.sync.status === 'Synced');
    const first = argocd.application('shop')?.status.sync.revision;
    const second = argocd.commit('shop', files(configMap('a', { value: 'y' })));
    argocd.patchObject(
      { kind: 'ConfigMap', namespace: 'ns-shop', name: 'a' },
      { metadata: { labels: { touched: 'yes' } } },
    );
    await argocd.sleep(60_000);
    assert.equal(argocd.application('shop')?.status.sync.revision, first);
    const { json } = await send(argocd, 'GET', '/api/v1/applications/shop?refresh=normal');
    assert.equal((json as Application).status.sync.revision, second);
  });

  it('compares with the previous revision if only a live object changed', async () => {
    await deploy(configMap('a'));
    const synced = await argocd.until('shop', (one) => one?.status.sync.status === 'Synced');
    argocd.commit('shop', files(configMap('a', { value: 'y' })));
    argocd.createApplication('twin', { spec: defaultSpec('shop') });
    await argocd.until('twin', (one) => one?.status.reconciledAt !== undefined);
    const key = { kind: 'ConfigMap', namespace: 'ns-shop', name: 'a' };
    argocd.patchObject(key, { data: { value: 'drift' } });
    const drifted = await argocd.until('shop', (one) => one?.status.sync.status === 'OutOfSync');
    assert.equal(drifted?.status.sync.revision, synced?.status.sync.revision);
  });

  it('lets another actor take the slot the moment it is free', async () => {
    argocd.commit('shop', files(configMap('a')));
    argocd.createApplication('shop');
    await argocd.until('shop', (one) => one?.status.reconciledAt !== undefined);
    argocd.syncAfter('someone', 'shop', {
      infos: [{ name: 'azure-pipelines/run', value: 'other' }],
    });
    argocd.annotate('shop', { touched: 'yes' });
    await argocd.sleep(1000);
    assert.equal((await send(argocd, 'POST', sync, { body })).status, 200);
    const other = await argocd.until(
      'shop',
      (one) => one?.operation?.initiatedBy.username === 'someone',
    );
    assert.equal(other?.operation?.info?.[0]?.value, 'other');
    await argocd.until('shop', ended);
  });

  it('lets a person terminate an operation', async () => {
    argocd.commit('shop', files(job('migrate', { hook: 'PreSync', forever: true })));
    argocd.createApplication('shop');
    await send(argocd, 'POST', sync, { body });
    await argocd.until(
      'shop',
      (one) => one?.status.operationState?.message?.includes('completion of hook') ?? false,
    );
    argocd.terminate('shop');
    const application = await argocd.until('shop', ended);
    assert.equal(application?.status.operationState?.message, 'Operation terminated');
  });

  it('delays a prune that requires confirmation until the application confirms it', async () => {
    await deploy(
      configMap('keep'),
      annotated('drop', 'argocd.argoproj.io/sync-options: Prune=confirm'),
    );
    argocd.commit('shop', files(configMap('keep')));
    await argocd.until('shop', (one) => one?.status.sync.status === 'Synced');
    await send(argocd, 'POST', sync, { body: { ...body, prune: true } });
    await argocd.until(
      'shop',
      (one) =>
        one?.status.operationState?.message ===
        'waiting for pruning confirmation of /ConfigMap/drop',
    );
    const approved = new Date(argocd.now + 1000).toISOString().replace(/\.\d+/, '');
    argocd.annotate('shop', { 'argocd.argoproj.io/deletion-approved': approved });
    const application = await argocd.until('shop', ended);
    assert.equal(application?.status.operationState?.phase, 'Succeeded');
    await argocd.until('shop', (one) => one?.status.sync.status === 'Synced');
    const dropped = { kind: 'ConfigMap', namespace: 'ns-shop', name: 'drop' };
    assert.equal(argocd.object(dropped), undefined);
  });

  it('warns of an object that two applications manage, and fails if it is told to', async () => {
    await deploy(configMap('a'));
    argocd.createApplication('twin', { spec: defaultSpec('shop') });
    const twin = await argocd.until('twin', (one) => one?.status.conditions !== undefined);
    assert.equal(twin?.status.conditions?.[0]?.type, 'SharedResourceWarning');
    await send(argocd, 'POST', '/api/v1/applications/twin/sync', {
      body: { ...body, syncOptions: { items: ['FailOnSharedResource=true'] } },
    });
    const failed = await argocd.until('twin', ended);
    assert.match(failed?.status.operationState?.message ?? '', /^Shared resource found: /);
  });

  it('creates the child applications of an app of apps, without a health of their own', async () => {
    argocd.commit('child', files(configMap('a')));
    await deploy(childApplication('child'));
    const made = await argocd.until('child', (one) => one?.status.sync.status === 'Synced');
    assert.equal(made?.status.operationState?.operation.initiatedBy.automated, true);
    const parent = await argocd.until('shop', (one) => one?.status.sync.status === 'Synced');
    assert.equal(parent?.status.resources?.[0]?.health, undefined);
    assert.equal(parent?.status.health.status, 'Healthy');
  });

  it('says why a failed automated sync will not be retried', async () => {
    argocd.commit('shop', files(annotated('a', 'lab/invalid: no such thing')));
    const spec = defaultSpec('shop');
    argocd.createApplication('shop', {
      spec: { ...spec, syncPolicy: { ...spec.syncPolicy, automated: {}, retry: { limit: 0 } } },
    });
    const failed = await argocd.until(
      'shop',
      (one) => one?.status.conditions?.[0]?.type === 'SyncError',
    );
    assert.match(
      failed?.status.conditions?.[0]?.message ?? '',
      /^Failed last sync attempt to \[[0-9a-f]{40}\]: .*no such thing/,
    );
  });

  it('treats a missing project as a fault of the spec', async () => {
    argocd.commit('shop', files(configMap('a')));
    argocd.createApplication('shop', { spec: { ...defaultSpec('shop'), project: 'gone' } });
    const application = await argocd.until('shop', (one) => one?.status.conditions !== undefined);
    assert.equal(application?.status.conditions?.[0]?.type, 'InvalidSpecError');
  });

  it('never answers a refresh of an application that the controller skips', async () => {
    argocd.createApplication('shop', {
      metadata: { annotations: { 'argocd.argoproj.io/skip-reconcile': 'true' } },
    });
    const path = '/api/v1/applications/shop?refresh=normal';
    const signal = AbortSignal.timeout(200);
    await assert.rejects(send(argocd, 'GET', path, { signal }), { name: 'TimeoutError' });
  });

  describe('with faults', () => {
    beforeEach(() => {
      argocd.commit('shop', files(configMap('a')));
      argocd.createApplication('shop');
    });

    it('breaks the connection after the request took effect', async () => {
      argocd.faults.add({ method: 'POST', path: sync, fault: { kind: 'dropAfter' } });
      await assert.rejects(send(argocd, 'POST', sync, { body }));
      await argocd.until('shop', ended);
    });

    it('breaks the connection before the request has any effect', async () => {
      argocd.faults.add({ method: 'POST', path: sync, fault: { kind: 'dropBefore' } });
      await assert.rejects(send(argocd, 'POST', sync, { body }));
      assert.equal(argocd.application('shop')?.operation, undefined);
      assert.equal((await send(argocd, 'POST', sync, { body })).status, 200);
    });

    it('responds like a proxy, as often as told, after some requests have passed', async () => {
      const headers = { 'Content-Type': 'text/html', 'Retry-After': '3' };
      argocd.faults.add({
        path: /^\/api\/version/,
        skip: 1,
        times: 2,
        fault: { kind: 'answer', status: 503, headers, body: '<html>' },
      });
      const statuses = [];
      for (let i = 0; i < 4; i++) statuses.push((await send(argocd, 'GET', '/api/version')).status);
      assert.deepEqual(statuses, [200, 503, 503, 200]);
    });

    it('executes a request but responds like a proxy', async () => {
      argocd.faults.add({ path: sync, fault: { kind: 'answer', status: 504, afterActing: true } });
      assert.equal((await send(argocd, 'POST', sync, { body })).status, 504);
      assert.notEqual(
        argocd.application('shop')?.status.operationState ?? argocd.application('shop')?.operation,
        undefined,
      );
    });

    it('redirects like a login page', async () => {
      const headers = { Location: 'https://login.example.com/' };
      argocd.faults.add({ fault: { kind: 'answer', status: 302, headers } });
      assert.equal((await send(argocd, 'GET', '/api/version')).status, 302);
    });

    it('delays a response by simulated time', async () => {
      argocd.faults.add({ fault: { kind: 'delay', milliseconds: 5000 } });
      const from = argocd.now;
      await send(argocd, 'GET', '/api/version');
      assert(argocd.now - from >= 5000);
    });

    it('hangs', async () => {
      argocd.faults.add({ fault: { kind: 'hang' } });
      const signal = AbortSignal.timeout(100);
      await assert.rejects(send(argocd, 'GET', '/api/version', { signal }), {
        name: 'TimeoutError',
      });
    });

    it('removes a fault', async () => {
      const takeBack = argocd.faults.add({ times: Infinity, fault: { kind: 'dropBefore' } });
      await assert.rejects(send(argocd, 'GET', '/api/version'));
      takeBack();
      assert.equal((await send(argocd, 'GET', '/api/version')).status, 200);
    });

    it('starts operations as slowly as told', async () => {
      argocd.behavior.pickUp = 30_000;
      await send(argocd, 'POST', sync, { body });
      await argocd.sleep(10_000);
      const { operation, status } = argocd.application('shop') ?? {};
      assert(operation);
      assert.equal(status?.operationState, undefined);
    });

    it('stops and returns on the same port, with everything that it knew', async () => {
      const { url } = argocd;
      await send(argocd, 'POST', sync, { body });
      const back = argocd.restart(2_500);
      await assert.rejects(send(argocd, 'GET', '/api/version'));
      await back;
      assert.equal(argocd.url, url);
      const { json } = await send(argocd, 'GET', '/api/v1/applications/shop');
      assert.notEqual((json as Application).status.operationState, undefined);
    });
  });
});
