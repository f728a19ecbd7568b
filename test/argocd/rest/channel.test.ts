import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { inspect } from 'node:util';
import type { Connection } from '../../../src/argocd/rest/connection.ts';
import { HttpClient, TransportError } from '../../../src/argocd/rest/http.ts';
import { Secret } from '../../../src/secret.ts';
import type { ProxyOptions } from '../../../simulators/proxy.ts';
import { startProxy } from '../../../simulators/proxy.ts';
import { closedPort, connectionTo, noAbort, readPem, serve, stopServers, token } from './server.ts';

const ca = readPem('ca.pem');
const tlsOfProxy = { cert: readPem('server.pem'), key: readPem('server.key') };
const hasIPv6 = Object.values(networkInterfaces()).some((each) =>
  each?.some(({ address }) => address === '::1'),
);
const stops: (() => Promise<void>)[] = [];

function through(url: string, proxy: string, special: Partial<Connection> = {}): HttpClient {
  const client = new HttpClient(connectionTo(url, { ca, proxy: new Secret(proxy), ...special }));
  stops.push(() => client.close());
  return client;
}

async function proxyWith(options: ProxyOptions = {}) {
  const proxy = await startProxy(options);
  stops.push(() => proxy.stop());
  return proxy;
}

function send(client: HttpClient, timeout = 5000) {
  const headers = { Authorization: `Bearer ${token}` };
  return client.send({ method: 'POST', path: '/x', headers, body: '{}', timeout, signal: noAbort });
}

async function failureOf(call: Promise<unknown>): Promise<TransportError> {
  const error: unknown = await call.then(
    () => assert.fail('the call succeeded'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof TransportError, String(error));
  return error;
}

function withCredentials(url: string, credentials: string): string {
  return url.replace('://', `://${credentials}@`);
}

describe('A proxy', () => {
  afterEach(async () => {
    await Promise.all(stops.splice(0).map((stop) => stop()));
    await stopServers();
  });

  it('tunnels to https, and sees neither token nor path', async () => {
    const server = await serve((_, response) => response.end('answer'), 'server');
    const proxy = await proxyWith();
    const client = through(server.url, proxy.url);
    assert.equal((await send(client)).text, 'answer');
    assert.equal((await send(client)).text, 'answer');
    assert.deepEqual(proxy.wishes, [`CONNECT 127.0.0.1:${server.port}`]);
    assert.doesNotMatch(JSON.stringify(proxy.headers), new RegExp(token));
    assert.equal(server.requests[0]?.headers.authorization, `Bearer ${token}`);
  });

  it('gets its credentials, which the server does not get', async () => {
    for (const certificate of ['server', undefined]) {
      const server = await serve((_, response) => response.end('answer'), certificate);
      const proxy = await proxyWith({ credentials: 'agent:pass:w@rd' });
      const client = through(server.url, withCredentials(proxy.url, 'agent:pass%3Aw%40rd'));
      assert.equal((await send(client)).text, 'answer');
      assert.equal(server.requests[0]?.headers['proxy-authorization'], undefined);
    }
  });

  it('forwards plain http', async () => {
    const server = await serve((_, response) => response.end('answer'));
    const proxy = await proxyWith();
    assert.equal((await send(through(server.url, proxy.url))).text, 'answer');
    assert.deepEqual(proxy.wishes, [`POST ${server.url}/x`]);
  });

  for (const certificate of ['server', undefined]) {
    const kind = certificate === undefined ? 'http' : 'https';

    it(`that is reached by TLS needs its own CA, and leads to ${kind}`, async () => {
      const server = await serve((_, response) => response.end('answer'), certificate);
      const proxy = await proxyWith({ credentials: 'agent:word', tls: tlsOfProxy });
      const url = withCredentials(proxy.url, 'agent:word');
      assert.equal((await send(through(server.url, url))).text, 'answer');
      for (const special of [{ ca: undefined }, { ca: undefined, skipTlsVerify: true }]) {
        const error = await failureOf(send(through(server.url, url, special)));
        assert.deepEqual([error.code, error.sent], ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', false]);
      }
      assert.equal(proxy.wishes.length, 1);
    });

    // Not every machine supports it.
    if (!hasIPv6) continue;
    it(`at an IPv6 address leads to ${kind} at another`, async () => {
      const server = await serve((_, response) => response.end('answer'), certificate, '::1');
      const proxy = await proxyWith({ credentials: 'agent:w%rd', host: '::1' });
      const url = withCredentials(proxy.url, 'agent:w%25rd');
      const special = { ca: undefined, skipTlsVerify: true };
      assert.equal((await send(through(server.url, url, special))).text, 'answer');
      const asked = server.url.replace('https://', 'CONNECT ').replace('http://', 'POST http://');
      assert.deepEqual(proxy.wishes, [certificate === undefined ? `${asked}/x` : asked]);
    });
  }

  it('that requires other credentials is reported with its status, and gets no token', async () => {
    const server = await serve((_, response) => response.end('answer'), 'server');
    const proxy = await proxyWith({ credentials: 'agent:right' });
    for (const url of [proxy.url, withCredentials(proxy.url, 'agent:wrong')]) {
      assert.equal((await send(through(server.url, url))).status, 407);
    }
    assert.doesNotMatch(JSON.stringify(proxy.headers), new RegExp(token));
    assert.equal(server.sockets.length, 0);
  });

  it('does not weaken certificate validation', async () => {
    const cases = [
      ['server', undefined, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
      ['other-name', ca, 'ERR_TLS_CERT_ALTNAME_INVALID'],
      ['expired', ca, 'CERT_HAS_EXPIRED'],
    ] as const;
    for (const [certificate, authority, code] of cases) {
      const server = await serve((_, response) => response.end('answer'), certificate);
      const proxy = await proxyWith();
      const error = await failureOf(send(through(server.url, proxy.url, { ca: authority })));
      assert.deepEqual([error.code, error.sent], [code, false]);
      assert.equal(server.requests.length, 0);
    }
  });

  it('respects disabled certificate validation', async () => {
    const server = await serve((_, response) => response.end('answer'), 'expired');
    const proxy = await proxyWith();
    const client = through(server.url, proxy.url, { ca: undefined, skipTlsVerify: true });
    assert.equal((await send(client)).text, 'answer');
  });

  it('that does not exist cannot have passed the request on', async () => {
    for (const scheme of ['http', 'https']) {
      const proxy = `http://agent:pass-word@127.0.0.1:${await closedPort()}`;
      const error = await failureOf(send(through(`${scheme}://127.0.0.1:1`, proxy)));
      assert.deepEqual([error.code, error.sent], ['ECONNREFUSED', false]);
      assert.doesNotMatch(inspect(error, { depth: 9, showHidden: true }), /pass-word/);
    }
  });

  it('that stays silent, or cuts the tunnel before TLS, cannot have passed the request on', async () => {
    const silent = await proxyWith({ fault: 'silence' });
    const late = await failureOf(send(through('https://127.0.0.1:1', silent.url), 60));
    assert.deepEqual([late.code, late.sent], ['TIMEOUT', false]);
    const cutting = await proxyWith({ fault: 'cut' });
    const cut = await failureOf(send(through('https://127.0.0.1:1', cutting.url)));
    assert.deepEqual([cut.code, cut.sent], ['ECONNRESET', false]);
  });

  it('that stays silent does not hold a call that was already canceled', async () => {
    const silent = await proxyWith({ fault: 'silence' });
    const reason = new Error('canceled');
    const call = { method: 'GET', path: '/x', headers: {}, timeout: 5000 } as const;
    const client = through('https://127.0.0.1:1', silent.url);
    await assert.rejects(client.send({ ...call, signal: AbortSignal.abort(reason) }), reason);
  });

  it('that cannot reach the server responds in its place', async () => {
    const proxy = await proxyWith({ fault: 'refuse' });
    assert.equal((await send(through('https://127.0.0.1:1', proxy.url))).status, 502);
    assert.doesNotMatch(JSON.stringify(proxy.headers), new RegExp(token));
  });
});
