import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configMap, job } from '../../manifests.ts';
import { startForwardProxy } from './forward-proxy.ts';
import { startRaw, type RawOutput } from './raw-output.ts';
import { onEachNode, type Stage } from './stage.ts';

const password = 'pass "word" & käse %41';
const proxyPassword = 'pr@xy:word/100%';
const header = 'header-value-0123456789';
const accounts = { deployer: { password, policies: ['*, *, *'] } };

const sessionOf = ({ argocd }: Stage) =>
  argocd.requests
    .map(({ headers }) => headers.authorization?.replace('Bearer ', '') ?? '')
    .find((token) => token !== '') ?? '';

/** Every readable form of a secret. */
const formsOf = (secret: string) => [
  secret,
  encodeURIComponent(secret),
  JSON.stringify(secret).slice(1, -1),
  Buffer.from(secret).toString('base64'),
];

/** What the agent shows of the bundle's output if it masks nothing by itself. */
function shownOf({ text }: RawOutput): string {
  return text
    .split('\n')
    .filter((line) => !line.startsWith('##vso[task.setsecret]'))
    .join('\n');
}

function assertKept(output: RawOutput, folder: string, secrets: readonly string[]): void {
  const written = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
  const left = [shownOf(output), ...written].join('\n');
  for (const form of secrets.flatMap(formsOf)) {
    assert.ok(form.length > 5 && !left.includes(form), `"${form}" is told`);
  }
}

describe("The bundle's secrets", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bundle-secrets-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it(
    'are never written, even if no agent masks them',
    onEachNode(
      async (stage) => {
        const { argocd, make, node } = stage;
        const proxy = await startForwardProxy(`agent:${proxyPassword}`);
        const own = mkdtempSync(join(folder, 'run-'));
        make('shop', job('migrate', { hook: 'PreSync', exit: 1, seconds: 2 }), configMap('a'));
        const output = startRaw(node, own, {
          inputs: { applications: 'shop', project: 'default' },
          connection: {
            url: argocd.url,
            username: 'deployer',
            password,
            headers: [`X-Access: ${header}`],
          },
          variables: { 'Agent.ProxyUrl': proxy.url, 'Agent.ProxyUsername': 'agent' },
          secretVariables: { 'Agent.ProxyPassword': proxyPassword },
        });
        await output.ended;
        await proxy.stop();
        assert.match(output.text, /PreSync hook Job\/migrate failed/);
        assert.ok(proxy.seen.length > 3);
        assert.ok(argocd.requests.every(({ headers }) => headers['x-access'] === header));
        const session = sessionOf(stage);
        assertKept(output, own, [password, proxyPassword, header, session, argocd.token]);
        const masked: readonly string[] =
          output.text.match(/(?<=##vso\[task\.setsecret\]).+/g) ?? [];
        for (const secret of [header, session]) assert.ok(masked.includes(secret), secret);
        const first = output.text.indexOf('Sync shop');
        for (const secret of [header, password, proxyPassword]) {
          const command = `##vso[task.setsecret]${secret.replaceAll('%', '%AZP25')}`;
          const at = output.text.indexOf(command);
          assert.ok(at >= 0 && at < first, `${secret} is masked before anything is said`);
        }
      },
      { accounts },
    ),
  );

  it(
    'are masked before a response could repeat them',
    onEachNode(
      async (stage) => {
        const { argocd, make, node } = stage;
        make('shop', configMap('a'));
        argocd.faults.add({ path: /applications/, times: Infinity, fault: { kind: 'hang' } });
        const output = startRaw(node, folder, {
          inputs: { applications: 'shop', project: 'default' },
          connection: { url: argocd.url, username: 'deployer', password },
        });
        while (sessionOf(stage) === '') await argocd.sleep(100);
        const command = `##vso[task.setsecret]${sessionOf(stage)}`;
        while (!output.text.includes(command)) await argocd.sleep(100);
        output.kill();
        await output.ended;
      },
      { accounts },
    ),
  );

  it(
    'are not repeated from the responses of what is in front of Argo CD',
    onEachNode(async ({ argocd, make, node }) => {
      make('shop', configMap('a'));
      const own = mkdtempSync(join(folder, 'echo-'));
      const body = `denied: ${argocd.token} and ${header}`;
      const answer = { kind: 'answer', status: 403, body } as const;
      argocd.faults.add({ path: /applications/, times: Infinity, fault: answer });
      const output = startRaw(node, own, {
        inputs: { applications: 'shop', project: 'default' },
        connection: { url: argocd.url, token: argocd.token, headers: [`X-Access: ${header}`] },
      });
      await output.ended;
      assert.match(output.text, /denied: \*\*\* and \*\*\*/);
      assertKept(output, own, [argocd.token, header]);
    }),
  );
});
