import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { freePort } from '../../simulators/free-port.ts';
import { AzureDevOpsSimulator } from '../../simulators/azure-devops/simulator.ts';
import type { FaultKind } from '../../simulators/azure-devops/faults.ts';
import { signWebhook } from '../../src/hook/webhook-channel.ts';
import { podEnvironment, runCommand } from './hook-site.ts';

describe('The signature of a post to an Incoming WebHook', () => {
  it('follows the documentation of Azure DevOps (azure-devops.md §5.4)', () => {
    const body =
      '{"resource":{"message":{"title":"Hello, world!","subtitle":"I\'m using WebHooks!"}}}';
    assert.equal(signWebhook('secret', body), '750D33212D3AD4932CC390819050734831A0A94F');
  });
});

describe('The command of hooks with an Incoming WebHook, as it ships', function () {
  this.timeout(300_000);
  let azure: AzureDevOpsSimulator;
  let folder: string;

  beforeEach(async () => {
    azure = await AzureDevOpsSimulator.start();
    azure.addIncomingWebhook({
      ...{ name: 'argocd', secret: 'a-secret-of-the-webhook', subscribers: ['smoke-tests'] },
    });
    azure.addIncomingWebhook({
      ...{ name: 'summed', secret: 'a-secret-of-the-webhook', header: 'X-WebHook-Checksum' },
      subscribers: ['smoke-tests'],
    });
    azure.addIncomingWebhook({ name: 'open', subscribers: ['smoke-tests'] });
    folder = mkdtempSync(join(tmpdir(), 'hook-web-'));
    writeFileSync(join(folder, 'secret'), 'a-secret-of-the-webhook\n');
    writeFileSync(join(folder, 'wrong'), 'another-secret-of-something\n');
  });
  afterEach(async () => {
    assert.deepEqual(azure.faults, []);
    await azure.stop();
    rmSync(folder, { recursive: true });
  });

  const words = (name: string, ...more: string[]) => [
    ...['queue', '--web-hook', name, '--organization', azure.collectionUrl],
    ...['--retry-for', '20s', ...more],
  ];
  const signed = (file = 'secret') => ['--secret-file', join(folder, file)];
  const started = () => azure.builds.length;

  const ways: readonly (readonly [string, () => readonly string[]])[] = [
    ['signed', () => words('argocd', ...signed())],
    [
      'signed in the header that the connection names',
      () => words('summed', ...signed(), '--header', 'X-WebHook-Checksum'),
    ],
    ['unsigned where the connection has no secret', () => words('open')],
  ];
  for (const [what, asked] of ways) {
    for (const node of [20, 24] as const) {
      it(`starts what subscribes, ${what}, on Node ${node}`, async () => {
        const given = [...asked(), '--phase', 'PostSync'];
        const { code, out, errors } = await runCommand(given, podEnvironment, undefined, node);
        assert.equal(code, 0, errors);
        assert.equal(started(), 1);
        assert.match(out, /in PostSync of application shop-web/);
        assert.match(out, /webhook \w+: done \(all subscribed pipelines\)/);
        assert.deepEqual(azure.requests.at(-1)?.json, {
          application: 'shop-web',
          hook: { name: 'smoke-tests', namespace: 'shop' },
          phase: 'PostSync',
        });
      });
    }
  }

  const refusals: readonly (readonly [string, () => readonly string[], RegExp])[] = [
    ['a wrong secret', () => words('argocd', ...signed('wrong')), /HTTP 401.*and the secret/],
    ['no secret', () => words('argocd'), /requires a signature: add --secret-file/],
    ['the wrong header', () => words('summed', ...signed()), /--header/],
    ['a name that is not there', () => words('other', ...signed()), /HTTP 404.*Check its name/],
    [
      'a file that is not there',
      () => words('argocd', ...signed('none')),
      /Cannot read the secret/,
    ],
  ];
  for (const [what, asked, message] of refusals) {
    it(`is refused for good with ${what}, also where an outage would be ignored`, async () => {
      const { code, errors } = await runCommand([...asked(), '--on-unreachable', 'ignore']);
      assert.equal(code, 1, errors);
      assert.match(errors, message);
      assert.equal(started(), 0);
      assert.ok(azure.requests.length <= 1, 'it was posted again');
    });
  }

  it('says what to check when the signature is answered as an error of the server', async () => {
    azure.behavior.wrongSignature = 500;
    const given = words('argocd', ...signed('wrong')).map((word) => (word === '20s' ? '1s' : word));
    const { code, errors } = await runCommand(given);
    assert.equal(code, 3, errors);
    assert.match(errors, /HTTP 500.*and the secret/);
  });

  const outages: readonly (readonly [string, FaultKind, number])[] = [
    ['an error of the server', { kind: 'answer', status: 503 }, 1],
    ['a lost connection', { kind: 'cutBefore' }, 1],
    ['its limit of requests', { kind: 'throttle', retryAfter: 1 }, 1],
    // Nobody knows that it arrived: at least once, as the documents say.
    ['a lost answer', { kind: 'cutAfter' }, 2],
  ];
  for (const [what, fault, runs] of outages) {
    it(`posts again after ${what}`, async () => {
      azure.inject({ operation: 'receiveEvent', fault });
      const { code, errors } = await runCommand(words('argocd', ...signed()));
      assert.equal(code, 0, errors);
      assert.match(errors, /Retrying\./);
      assert.equal(started(), runs);
    });
  }

  it('ends when the time for further tries is up, and fails or not as it is told', async () => {
    const nowhere = `http://127.0.0.1:${await freePort()}/fabrikam`;
    const given = [
      ...['queue', '--web-hook', 'argocd', '--organization', nowhere],
      ...['--retry-for', '1s', ...signed()],
    ];
    const { code, errors } = await runCommand(given);
    assert.equal(code, 3, errors);
    assert.match(errors, /Cannot reach Azure DevOps/);
    assert.equal((await runCommand([...given, '--on-unreachable', 'ignore'])).code, 0);
  });

  it('follows no redirect with what it signed', async () => {
    const headers = { Location: `${azure.collectionUrl}elsewhere` };
    azure.inject({ operation: 'receiveEvent', fault: { kind: 'answer', status: 307, headers } });
    const { code, errors } = await runCommand(words('argocd', ...signed()));
    assert.equal(code, 1, errors);
    assert.equal(azure.requests.length, 1);
  });

  it('ends with 143 when Kubernetes ends the pod while it waits', async () => {
    azure.inject({ operation: 'receiveEvent', fault: { kind: 'hang' } });
    const ended = await runCommand(words('argocd', ...signed()), podEnvironment, (kill) => {
      azure.onRequest = () => {
        kill('SIGTERM');
        return undefined;
      };
    });
    assert.equal(ended.code, 143, ended.errors);
    assert.equal(started(), 0);
  });

  it('never prints the secret or a signature', async () => {
    const { out, errors } = await runCommand(words('argocd', ...signed()));
    const sent = azure.requests[0]?.headers['x-hub-signature'] ?? '';
    assert.match(String(sent), /^[0-9A-F]{40}$/);
    for (const part of [String(sent), 'a-secret-of-the-webhook']) {
      assert.ok(!(out + errors).includes(part));
    }
  });

  it('says that it cannot wait, and takes no pipeline', async () => {
    const { code, errors } = await runCommand(words('argocd', '--wait', '--pipeline', 'shop/x'));
    assert.equal(code, 2);
    assert.match(errors, /does not report what it started/);
    assert.match(errors, /does not take --pipeline/);
  });
});
