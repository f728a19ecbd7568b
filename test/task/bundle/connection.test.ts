import assert from 'node:assert/strict';
import { configMap } from '../../manifests.ts';
import type { Connection } from '../../../simulators/agent/agent.ts';
import { readPem } from '../../argocd/rest/server.ts';
import { startForwardProxy, type ForwardProxy } from './forward-proxy.ts';
import { assertNothingTold } from './soundness.ts';
import { onEachNode, type Stage } from './stage.ts';

const tls = { key: readPem('server.key'), cert: readPem('server.pem') };
const ca = readPem('ca.pem');

const connectionTo = ({ argocd }: Stage, more: Partial<Connection> = {}): Connection => ({
  url: argocd.url,
  token: argocd.token,
  ...more,
});

describe("The bundle's service connection", () => {
  it(
    'logs in with user name and password once, and again when its session has expired',
    onEachNode(
      async (stage) => {
        const { argocd, make, run } = stage;
        make('shop', configMap('a'));
        const login = { username: 'deployer', password: 'pass "word" für %s' };
        const connection = { url: argocd.url, ...login };
        const step = await run({}, { connection });
        assert.equal(step.result, 'Succeeded', step.lines.join('\n'));
        const logins = argocd.requests.filter(({ path }) => path === '/api/v1/session');
        assert.equal(logins.length, 1);
        assert.equal(argocd.requests[0]?.path, '/api/v1/session');
        const used = argocd.requests[1]?.headers.authorization?.replace('Bearer ', '') ?? '';
        assert.ok(step.secrets.includes(used), 'the session token is no secret to the agent');
        assertNothingTold(step, [login.password, used]);

        argocd.faults.add({
          path: /applications/,
          skip: 3,
          fault: {
            kind: 'answer',
            status: 401,
            headers: { 'Content-Type': 'application/json' },
            body: '{"error":"token is expired","code":16,"message":"token is expired"}',
          },
        });
        argocd.requests.length = 0;
        const again = await run({}, { connection });
        assert.equal(again.result, 'Succeeded', again.lines.join('\n'));
        assert.equal(argocd.requests.filter(({ path }) => path === '/api/v1/session').length, 2);
      },
      {
        accounts: { deployer: { password: 'pass "word" für %s', policies: ['*, *, *'] } },
      },
    ),
  );

  it(
    'says that the password is wrong',
    onEachNode(async ({ argocd, make, run }) => {
      make('shop', configMap('a'));
      const connection = { url: argocd.url, username: 'administrator', password: 'not-the-one' };
      const step = await run({}, { connection });
      assert.equal(step.outputs['outcome'], 'failed');
      assert.match(step.lines.join('\n'), /##\[error\].*Invalid username or password/);
      assert.ok(step.duration < 5_000);
    }),
  );

  it(
    'finds Argo CD below a root path, and passes on the extra headers with each request',
    onEachNode(
      async (stage) => {
        const { argocd, make, run } = stage;
        make('shop', configMap('a'));
        const headers = ['CF-Access-Client-Id: client-of-tests', 'X-Team:  shop team '];
        const connection = connectionTo(stage, { url: `${argocd.url}//`, headers });
        const step = await run({}, { connection });
        assert.equal(step.result, 'Succeeded', step.lines.join('\n'));
        assert.equal(step.outputs['applicationUrl'], `${argocd.url}/applications/shop`);
        assert.ok(argocd.requests.length > 3);
        for (const request of argocd.requests) {
          assert.equal(request.headers['cf-access-client-id'], 'client-of-tests');
          assert.equal(request.headers['x-team'], 'shop team');
        }
      },
      { rootPath: '/argo/cd' },
    ),
  );

  it(
    "trusts the connection's CA, or that of the agent",
    onEachNode(
      async (stage) => {
        const { make, run } = stage;
        make('shop', configMap('a'));
        const caFile = new URL('../../fixtures/tls/ca.pem', import.meta.url).pathname;
        const [own, pasted, agents] = await Promise.all([
          run({ waitFor: 'none' }, { connection: connectionTo(stage, { ca }) }),
          run(
            { action: 'wait' },
            // A single-line field turns the line breaks of pasted text into spaces.
            { connection: connectionTo(stage, { ca: ca.replaceAll('\n', ' ') }) },
          ),
          run({ action: 'wait' }, { variables: { 'Agent.CAInfo': caFile } }),
        ]);
        for (const step of [own, pasted, agents]) {
          assert.equal(step.outputs['outcome'], 'succeeded', step.lines.join('\n'));
          assert.equal(step.warningCount, 0);
        }
      },
      { tls },
    ),
  );

  it(
    'says what to do about an untrusted certificate, and sends no token to its server',
    onEachNode(
      async (stage) => {
        const { argocd, make, run } = stage;
        make('shop', configMap('a'));
        const step = await run(
          { timeoutSeconds: 5 },
          { connection: connectionTo(stage, { ca: readPem('other-ca.pem') }) },
        );
        assert.equal(step.result, 'Failed');
        assert.match(step.lines.join('\n'), /##\[error\].*certificate/);
        assert.ok(step.duration < 4_000, 'it waits for a certificate to change');
        assert.deepEqual(argocd.requests, []);
      },
      { tls },
    ),
  );

  it(
    'accepts any certificate if told to, and clearly warns about it',
    onEachNode(
      async (stage) => {
        const { make, run } = stage;
        make('shop', configMap('a'));
        const step = await run({}, { connection: connectionTo(stage, { skipVerify: true }) });
        assert.equal(step.outputs['outcome'], 'succeeded', step.lines.join('\n'));
        assert.match(step.lines.join('\n'), /##\[warning\].*accepts any certificate/);
      },
      { tls },
    ),
  );
});

describe("The bundle with the agent's proxy", () => {
  const password = 'pr@xy:pass/word%41';
  let proxy: ForwardProxy;

  beforeEach(async () => {
    proxy = await startForwardProxy(`agent:${password}`);
  });
  afterEach(() => proxy.stop());

  /** The agent passes the password as a variable; the URL may contain it as well. */
  const settings = (more: Readonly<Record<string, string>> = {}) => ({
    variables: {
      'Agent.ProxyUrl': proxy.url,
      'Agent.ProxyUsername': 'agent',
      ...more,
    },
    secretVariables: { 'Agent.ProxyPassword': password },
  });

  it(
    'goes through it, with its credentials',
    onEachNode(async ({ argocd, make, run }) => {
      make('shop', configMap('a'));
      const step = await run({}, settings());
      assert.equal(step.outputs['outcome'], 'succeeded', step.lines.join('\n'));
      const mine = proxy.seen.filter((each) => each.includes(argocd.url));
      assert.equal(mine.length, argocd.requests.length);
      assert.deepEqual(proxy.refused, []);
      assertNothingTold(step, [password, encodeURIComponent(password)]);
      assert.ok(argocd.requests.every(({ headers }) => !('proxy-authorization' in headers)));
    }),
  );

  it(
    'goes through a tunnel if Argo CD uses TLS',
    onEachNode(
      async (stage) => {
        const { argocd, make, run } = stage;
        make('shop', configMap('a'));
        const step = await run({}, { ...settings(), connection: connectionTo(stage, { ca }) });
        assert.equal(step.outputs['outcome'], 'succeeded', step.lines.join('\n'));
        const host = argocd.url.replace('https://', '');
        assert.ok(proxy.seen.includes(`CONNECT ${host}`));
        assertNothingTold(step, [password]);
      },
      { tls },
    ),
  );

  it(
    'bypasses it for a server on its bypass list',
    onEachNode(async ({ argocd, make, run }) => {
      make('shop', configMap('a'));
      const list = JSON.stringify(['elsewhere\\.example', '127\\.0\\.0\\.1']);
      const step = await run({}, settings({ 'Agent.ProxyBypassList': list }));
      assert.equal(step.outputs['outcome'], 'succeeded', step.lines.join('\n'));
      assert.deepEqual(
        proxy.seen.filter((each) => each.includes(argocd.url)),
        [],
      );
    }),
  );

  it(
    'says that the proxy refuses its credentials',
    onEachNode(async ({ argocd, make, run }) => {
      make('shop', configMap('a'));
      const step = await run(
        { timeoutSeconds: 3 },
        { ...settings(), secretVariables: { 'Agent.ProxyPassword': 'another-password' } },
      );
      assert.equal(step.result, 'Failed');
      assert.match(step.lines.join('\n'), /407/);
      assert.deepEqual(argocd.requests, []);
    }),
  );
});
