import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { freePort } from '../../simulators/free-port.ts';
import { KubernetesSimulator } from '../../simulators/kubernetes/api-server.ts';
import { isCallFailed } from '../../src/hook/handler-client.ts';
import { applicationOfJob } from '../../src/hook/own-job.ts';
import { noAbort } from '../argocd/rest/server.ts';
import { localhostTls } from '../simulators/kubernetes/tls.ts';

const self = { namespace: 'shop', job: 'smoke-tests-presync-1700000000' };
const tracked = (id: string) => ({
  metadata: { annotations: { 'argocd.argoproj.io/tracking-id': id } },
});

describe("A hook's own Job", () => {
  let cluster: KubernetesSimulator;
  let folder: string;

  beforeEach(async () => {
    cluster = await KubernetesSimulator.start(localhostTls);
    folder = mkdtempSync(join(tmpdir(), 'own-job-'));
    const token = cluster.issuer.issue({
      ...{ namespace: 'shop', serviceAccount: 'argocd-hooks' },
      audiences: [cluster.issuer.issuer],
    });
    writeFileSync(join(folder, 'token'), token);
    writeFileSync(join(folder, 'ca.crt'), localhostTls.ca);
    cluster.grants.add('system:serviceaccount:shop:argocd-hooks');
  });
  afterEach(async () => {
    await cluster.close();
    rmSync(folder, { recursive: true });
  });

  const access = (port = new URL(cluster.url).port) => ({ host: 'localhost', port, folder });
  const ask = (about = self) => applicationOfJob(about, access(), noAbort);
  const failureOf = async (asked: Promise<unknown>) => {
    const error = await asked.then(
      () => assert.fail('it is read'),
      (reason: unknown) => reason,
    );
    assert.ok(isCallFailed(error), String(error));
    assert.ok(!error.message.includes('eyJ'), error.message);
    return error;
  };

  for (const [id, application] of [
    ['shop-web:batch/Job:shop/smoke-tests', 'shop-web'],
    ['team-a_shop-web:batch/Job:shop/smoke-tests', 'team-a_shop-web'],
  ] as const) {
    it(`belongs to ${application} according to the tracking id ${id}`, async () => {
      cluster.jobs.set('shop/smoke-tests-presync-1700000000', tracked(id));
      assert.equal(await ask(), application);
    });
  }

  it('is not read from another namespace, whatever its name', async () => {
    cluster.jobs.set('bank/x', tracked('bank:batch/Job:bank/x'));
    const { message } = await failureOf(ask({ namespace: 'shop', job: '../../bank/jobs/x' }));
    // It was requested under that name, and nowhere else.
    assert.match(message, /^Job shop\/\.\..* does not exist/);
  });

  it('names the right that is missing to read it', async () => {
    cluster.grants.clear();
    const { kind, message } = await failureOf(ask());
    assert.equal(kind, 'refused');
    assert.match(message, /grant it `get` on `jobs`/);
  });

  it('belongs to no application if Argo CD did not create it', async () => {
    cluster.jobs.set('shop/smoke-tests-presync-1700000000', { metadata: {} });
    const { kind, message } = await failureOf(ask());
    assert.equal(kind, 'refused');
    assert.match(message, /has no annotation/);
  });

  it('is requested again if the cluster cannot respond', async () => {
    cluster.faults.status = 503;
    assert.equal((await failureOf(ask())).kind, 'unreachable');
    const nowhere = access(String(await freePort()));
    assert.equal((await failureOf(applicationOfJob(self, nowhere, noAbort))).kind, 'unreachable');
  });

  it("is read only from the cluster's own server", async () => {
    const other = join(import.meta.dirname, '../fixtures/entra/client.pem');
    writeFileSync(join(folder, 'ca.crt'), readFileSync(other, 'utf8'));
    assert.equal((await failureOf(ask())).kind, 'unreachable');
    writeFileSync(join(folder, 'ca.crt'), '');
    assert.equal((await failureOf(ask())).kind, 'refused');
  });

  it('cannot be read without a mounted service account', async () => {
    rmSync(join(folder, 'token'));
    assert.equal((await failureOf(ask())).kind, 'refused');
  });
});
