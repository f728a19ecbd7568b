import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Connection } from '../../../src/argocd/rest/connection.ts';
import { HttpClient, TransportError } from '../../../src/argocd/rest/http.ts';
import { findNode } from '../../../simulators/agent/node-runtime.ts';
import { connectionTo, noAbort, readPem, serve, stopServers } from './server.ts';

const ca = readPem('ca.pem');

/** The text of the response or the code of the failure, which must precede the request. */
async function ask(url: string, special: Partial<Connection>): Promise<string> {
  const client = new HttpClient(connectionTo(url, special));
  const request = { method: 'POST', path: '/', headers: {}, timeout: 5000 } as const;
  try {
    return (await client.send({ ...request, body: '{}', signal: noAbort })).text;
  } catch (error) {
    assert.ok(error instanceof TransportError, String(error));
    assert.equal(error.sent, false);
    return error.code;
  } finally {
    await client.close();
  }
}

describe('The trust in a server', () => {
  afterEach(stopServers);

  const cases: readonly [string, string, Partial<Connection>, string][] = [
    ['is granted by the connection’s CA', 'server', { ca }, 'trusted'],
    [
      'is granted by one of several CAs',
      'server',
      { ca: `${readPem('other-ca.pem')}\n${ca}` },
      'trusted',
    ],
    [
      'is granted to any certificate if verification is off',
      'server',
      { skipTlsVerify: true },
      'trusted',
    ],
    [
      'is granted to another name if verification is off',
      'other-name',
      { skipTlsVerify: true },
      'trusted',
    ],
    ['is refused without a CA', 'server', {}, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    [
      'is refused with another CA',
      'server',
      { ca: readPem('other-ca.pem') },
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ],
    [
      'is refused to a certificate for another name',
      'other-name',
      { ca },
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
    ['is refused to an expired certificate', 'expired', { ca }, 'CERT_HAS_EXPIRED'],
  ];
  for (const [sentence, certificate, special, expected] of cases) {
    it(sentence, async () => {
      const server = await serve((_, response) => response.end('trusted'), certificate);
      assert.equal(await ask(server.url, special), expected);
      assert.equal(server.requests.length, expected === 'trusted' ? 1 : 0);
    });
  }

  it('needs TLS: plain HTTP on the port is reported', async () => {
    const server = await serve((_, response) => response.end('plain'));
    const code = await ask(server.url.replace('http:', 'https:'), { ca });
    assert.match(code, /^EPROTO$|WRONG_VERSION_NUMBER|PACKET_LENGTH/);
    assert.equal(server.requests.length, 0);
  });

  /** What a process on that Node gets that also trusts `ca` through its environment. */
  async function askBy(major: 20 | 24, url: string, env: NodeJS.ProcessEnv): Promise<string> {
    const node = findNode(major);
    assert.ok(node, `Node ${major} is not here: run npm ci with its optional dependencies`);
    const script = new URL('ask-with-other-ca.ts', import.meta.url).pathname;
    const settings = { env: { ...process.env, ...env } };
    return (await promisify(execFile)(node, ['--import', 'tsx', script, url], settings)).stdout;
  }

  const file = (name: string) => new URL(`../../fixtures/tls/${name}`, import.meta.url).pathname;

  for (const major of [20, 24] as const) {
    it(`keeps NODE_EXTRA_CA_CERTS in addition to the connection's CA on Node ${major}`, async () => {
      const server = await serve((_, response) => response.end('trusted'), 'server');
      const run = (name: string) => askBy(major, server.url, { NODE_EXTRA_CA_CERTS: file(name) });
      assert.equal(await run('ca.pem'), 'trusted');
      assert.equal(await run('other-ca.pem'), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
      assert.equal(await run('absent.pem'), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    });
  }

  // This variable of OpenSSL selects what the operating system trusts.
  for (const [major, expected] of [
    [24, 'trusted'],
    [20, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ] as const) {
    it(`is ${expected} by the operating system's store on Node ${major}`, async () => {
      const server = await serve((_, response) => response.end('trusted'), 'server');
      const env = { SSL_CERT_FILE: file('ca.pem') };
      assert.equal(await askBy(major, server.url, env), expected);
      assert.equal(server.requests.length, major === 24 ? 1 : 0);
    });
  }
});
