import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { root } from '../../scripts/bundle.ts';
import { rights } from '../../simulators/azure-devops/principal.ts';
import { AzureDevOpsSimulator } from '../../simulators/azure-devops/simulator.ts';
import type { EntraSimulator } from '../../simulators/entra/simulator.ts';
import {
  clientId,
  cluster,
  projectedToken,
  startTenant,
  tenant,
} from '../azure/identity/tenant.ts';
import { podEnvironment, runCommand } from './hook-site.ts';

describe('The built hook command without a handler', function () {
  this.timeout(300_000);
  let azure: AzureDevOpsSimulator;
  let entra: EntraSimulator;
  let folder: string;
  let token: string;

  beforeEach(async () => {
    azure = await AzureDevOpsSimulator.start();
    ({ token } = azure.addIdentity('argocd hooks', rights));
    azure.addPipeline({
      ...{ name: 'smoke-tests', parameters: [{ name: 'event' }, { name: 'size', default: '1' }] },
      runNumber: 'argocd-${{ parameters.event }}',
    });
    entra = await startTenant({ issue: () => token });
    folder = mkdtempSync(join(tmpdir(), 'hook-direct-'));
    writeFileSync(join(folder, 'pat'), `${token}\n`);
    writeFileSync(join(folder, 'azure-token'), projectedToken());
  });
  afterEach(async () => {
    assert.deepEqual([azure.faults, entra.faults], [[], []]);
    await Promise.all([azure.stop(), entra.stop()]);
    rmSync(folder, { recursive: true });
  });

  const ca = join(root, 'test/fixtures/tls/ca.pem');
  const environment = (uid = 'uid-1') => ({
    ...podEnvironment,
    HOOK_JOB_UID: uid,
    NODE_EXTRA_CA_CERTS: ca,
  });
  const queue = (...more: string[]) => [
    ...['queue', '--direct', '--organization', azure.collectionUrl],
    ...['--pipeline', 'shop/smoke-tests', '--retry-for', '20s', ...more],
  ];
  const byFile = () => ['--pat-file', join(folder, 'pat')];
  /** As Azure Workload Identity configures a pod. */
  const workload = () => ({
    ...environment(),
    AZURE_TENANT_ID: tenant,
    AZURE_CLIENT_ID: clientId,
    AZURE_AUTHORITY_HOST: `${entra.authority}/`,
    AZURE_FEDERATED_TOKEN_FILE: join(folder, 'azure-token'),
  });
  const queued = () => azure.queuedBuilds.length;

  for (const node of [20, 24] as const) {
    it(`queues a pipeline as an Entra identity, by the pod's token, on Node ${node}`, async () => {
      const words = queue('--workload-identity', '--parameter', 'size=3');
      const { code, out, errors } = await runCommand(words, workload(), undefined, node);
      assert.equal(code, 0, errors);
      assert.match(out, /shop\/smoke-tests: .*argocd-\d{15}/);
      assert.equal(queued(), 1);
      assert.equal(entra.asked, 1);
      for (const part of [token, projectedToken().split('.')[2] ?? '']) {
        assert.ok(!(out + errors).includes(part));
      }
    });
  }

  it('prefers arguments to environment variables', async () => {
    const env = { ...workload(), AZURE_CLIENT_ID: '00000000-0000-4000-8000-0000000000ff' };
    const { code, errors } = await runCommand(
      queue('--workload-identity', '--client-id', clientId),
      env,
    );
    assert.equal(code, 0, errors);
  });

  const refusals: readonly (readonly [string, () => void, RegExp])[] = [
    [
      'another service account',
      () =>
        writeFileSync(
          join(folder, 'azure-token'),
          projectedToken({ ...cluster, subject: 'system:serviceaccount:bank:argocd-hooks' }),
        ),
      /no federated credential.*--client-id/,
    ],
    [
      'another cluster',
      () =>
        writeFileSync(
          join(folder, 'azure-token'),
          projectedToken({ ...cluster, issuer: 'https://evil.example.com' }),
        ),
      /no federated credential/,
    ],
    [
      'a token for another audience',
      () =>
        writeFileSync(
          join(folder, 'azure-token'),
          projectedToken({ ...cluster, audience: 'argocd-handler' }),
        ),
      /no federated credential/,
    ],
    ['no token', () => rmSync(join(folder, 'azure-token')), /cannot be read/],
    [
      'no token in the file',
      () => writeFileSync(join(folder, 'azure-token'), 'x'),
      /does not contain a service account token/,
    ],
  ];
  for (const [what, change, words] of refusals) {
    it(`is refused permanently with ${what}, even if an outage would be ignored`, async () => {
      change();
      const { code, errors } = await runCommand(
        queue('--workload-identity', '--on-unreachable', 'ignore'),
        workload(),
      );
      assert.equal(code, 1, errors);
      assert.match(errors, words);
      assert.equal(queued(), 0);
    });
  }

  it('retries after an outage of Entra', async () => {
    entra.inject({ kind: 'answer', status: 503, body: '{"error":"temporarily_unavailable"}' });
    const words = queue('--workload-identity').map((word) => (word === '20s' ? '60s' : word));
    const { code, errors } = await runCommand(words, workload());
    assert.equal(code, 0, errors);
    assert.equal(queued(), 1);
  });

  it('queues with a personal access token in a file or a variable, and waits for the end', async () => {
    for (const [uid, words, env] of [
      ['uid-1', byFile(), {}],
      ['uid-2', ['--pat-env', 'AZURE_PAT'], { AZURE_PAT: token }],
    ] as const) {
      const { code, errors } = await runCommand(queue(...words), { ...environment(uid), ...env });
      assert.equal(code, 0, errors);
    }
    assert.equal(queued(), 2);
  });

  it('finds the run that an earlier pod of its Job queued; another Job queues again', async () => {
    for (const uid of ['uid-1', 'uid-1', 'uid-2']) {
      const { code, errors } = await runCommand(queue(...byFile()), environment(uid));
      assert.equal(code, 0, errors);
    }
    assert.equal(queued(), 2);
  });

  const mistakes: readonly (readonly [string, () => readonly string[], RegExp])[] = [
    ['an unknown Azure DevOps token', () => [...queue('--pat-env', 'AZURE_PAT')], /token/],
    ['a missing file', () => queue('--pat-file', join(folder, 'none')), /Cannot read/],
    ['an unset variable', () => queue('--pat-env', 'NOTHING'), /NOTHING is not set/],
    [
      'a missing pipeline',
      () => queue(...byFile()).map((word) => word.replace('smoke-tests', 'other')),
      /other/,
    ],
  ];
  for (const [what, words, message] of mistakes) {
    it(`fails immediately with ${what}`, async () => {
      const env = { ...environment(), AZURE_PAT: 'x'.repeat(52) };
      const { code, errors } = await runCommand([...words(), '--on-unreachable', 'ignore'], env);
      assert.equal(code, 1, errors);
      assert.match(errors, message);
      assert.equal(queued(), 0);
    });
  }

  it('reports everything that is wrong with its authentication', async () => {
    const both = await runCommand(queue('--workload-identity', ...byFile()), environment());
    assert.equal(both.code, 2);
    assert.match(both.errors, /add one of --workload-identity/);
    assert.match(both.errors, /The Entra tenant is missing/);
    assert.match(both.errors, /The identity is missing/);
    const plain = await runCommand(
      queue('--workload-identity', '--authority', 'http://x'),
      workload(),
    );
    assert.match(plain.errors, /--authority/);
  });
});
