import assert from 'node:assert/strict';
import dns from 'node:dns';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import sinon from 'sinon';
import type { Connection } from '../../../src/argocd/rest/connection.ts';
import type { EndedRequest, HttpOptions, ArgoCDRequest } from '../../../src/argocd/rest/http.ts';
import { HttpClient, TransportError } from '../../../src/argocd/rest/http.ts';
import { Secret } from '../../../src/secret.ts';
import { settle } from '../../follow/manual-clock.ts';
import { closedPort, connectionTo, noAbort, serve, serveAnswer, stopServers } from './server.ts';

const clients: HttpClient[] = [];

function clientFor(
  url: string,
  special: Partial<Connection> = {},
  options: HttpOptions = {},
): HttpClient {
  const client = new HttpClient(connectionTo(url, special), options);
  clients.push(client);
  return client;
}

function get(special: Partial<ArgoCDRequest> = {}): ArgoCDRequest {
  return { method: 'GET', path: '/x', headers: {}, timeout: 5000, signal: noAbort, ...special };
}

/** The `TransportError` that ends a call. */
async function failureOf(call: Promise<unknown>): Promise<TransportError> {
  const error: unknown = await call.then(
    () => assert.fail('the call succeeded'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof TransportError, String(error));
  return error;
}

describe('The HTTP client', () => {
  afterEach(async () => {
    sinon.restore();
    await Promise.all(clients.splice(0).map((client) => client.close()));
    await stopServers();
  });

  it('sends below the root path, and returns status, headers and text', async () => {
    const server = await serveAnswer(418, { 'X-Kind': 'tea' }, 'grün');
    const headers = { 'Content-Type': 'application/json' };
    const request = get({ method: 'POST', path: '/api?a=b', headers, body: '{"name":"ü"}' });
    const { status, headers: answered, text } = await clientFor(`${server.url}/root`).send(request);
    assert.deepEqual([status, answered['x-kind'], text], [418, 'tea', 'grün']);
    const [seen] = server.requests;
    assert.deepEqual([seen?.method, seen?.url], ['POST', '/root/api?a=b']);
    assert.equal(seen?.body, '{"name":"ü"}');
    assert.equal(seen?.headers['content-type'], 'application/json');
  });

  it('reassembles a character that spans two chunks', async () => {
    const bytes = Buffer.from('"ü"');
    const server = await serve((_, response) => {
      response.write(bytes.subarray(0, 2), () => response.end(bytes.subarray(2)));
    });
    assert.equal((await clientFor(server.url).send(get())).text, '"ü"');
  });

  it('keeps its connection for the next call until it is closed', async () => {
    const server = await serveAnswer(200, {}, 'x');
    const client = clientFor(server.url);
    await client.send(get());
    await client.send(get());
    assert.equal(server.sockets.length, 1);
    const [socket] = server.sockets;
    assert.ok(socket);
    const closed = once(socket, 'close');
    await client.close();
    await closed;
  });

  it('can be closed without ever having been used', async () => {
    await clientFor('http://127.0.0.1:1').close();
  });

  it('sends the extra headers, which never replace its own', async () => {
    const server = await serveAnswer(200, {}, 'x');
    const headers = [
      { name: 'CF-Access-Client-Id', value: new Secret('an id') },
      { name: 'authorization', value: new Secret('Basic other') },
    ];
    await clientFor(server.url, { headers }).send(get({ headers: { Authorization: 'Bearer x' } }));
    assert.equal(server.requests[0]?.headers['cf-access-client-id'], 'an id');
    assert.equal(server.requests[0]?.headers.authorization, 'Bearer x');
  });

  it('refuses a line break in a header without showing its value', async () => {
    const server = await serveAnswer(200, {}, 'x');
    const headers = [{ name: 'X-Key', value: new Secret('secret-text\r\nHost: other') }];
    const error = await failureOf(clientFor(server.url, { headers }).send(get()));
    assert.deepEqual([error.code, error.sent], ['ERR_INVALID_CHAR', false]);
    assert.doesNotMatch(error.message, /secret-text/);
    assert.equal(server.requests.length, 0);
  });

  it('follows no redirects: the other host gets nothing', async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      const other = await serveAnswer(200, {}, '{}');
      const server = await serveAnswer(status, { Location: `${other.url}/x` }, '');
      const answer = await clientFor(server.url).send(get());
      assert.deepEqual([answer.status, answer.headers.location], [status, `${other.url}/x`]);
      assert.deepEqual([other.requests.length, other.sockets.length], [0, 0]);
    }
  });

  describe('bounds a response', () => {
    const limit = 100_000;

    it('that is uncompressed', async () => {
      const server = await serveAnswer(200, {}, 'x'.repeat(limit + 1));
      const error = await failureOf(clientFor(server.url, {}, { maxBytes: limit }).send(get()));
      assert.deepEqual([error.code, error.sent], ['TOO_LARGE', true]);
      assert.match(error.message, /larger than 100000 bytes/);
    });

    it('that is exactly as large as allowed by accepting it', async () => {
      const server = await serveAnswer(200, {}, 'x'.repeat(limit));
      assert.equal(
        (await clientFor(server.url, {}, { maxBytes: limit }).send(get())).text.length,
        limit,
      );
    });

    it('that does not end', async () => {
      const server = await serve((_, response) => {
        const more = () => {
          while (response.write('x'.repeat(10_000)));
          response.once('drain', more);
        };
        more();
      });
      assert.equal(
        (await failureOf(clientFor(server.url, {}, { maxBytes: limit }).send(get()))).code,
        'TOO_LARGE',
      );
    });

    it('that is a gzip bomb, and closes the connection', async () => {
      const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024));
      assert.ok(bomb.length < limit);
      const server = await serve((_, response) => {
        // It does not end, so the connection is not kept alive anyway.
        response.writeHead(200, { 'Content-Encoding': 'gzip' }).write(bomb);
      });
      const error = await failureOf(clientFor(server.url, {}, { maxBytes: limit }).send(get()));
      assert.equal(error.code, 'TOO_LARGE');
      const [socket] = server.sockets;
      if (socket && !socket.destroyed) await once(socket, 'close');
    });
  });

  describe('decompresses gzip', () => {
    const packed = gzipSync('{"text":"grün"}');
    const gzip = { 'Content-Encoding': 'gzip' };

    it('if the response is compressed', async () => {
      const server = await serveAnswer(200, gzip, packed);
      assert.equal((await clientFor(server.url).send(get())).text, '{"text":"grün"}');
    });

    it('and fails if it is damaged, closing the connection', async () => {
      const server = await serve((_, response) => {
        response.writeHead(200, gzip).write('no gzip at all');
      });
      const error = await failureOf(clientFor(server.url).send(get()));
      assert.deepEqual([error.code, error.sent], ['Z_DATA_ERROR', true]);
      const [socket] = server.sockets;
      if (socket && !socket.destroyed) await once(socket, 'close');
    });

    it('and fails if it ends too early', async () => {
      const server = await serveAnswer(200, gzip, packed.subarray(0, -9));
      assert.equal((await failureOf(clientFor(server.url).send(get()))).code, 'Z_BUF_ERROR');
    });

    it('and fails if the connection breaks in the middle', async () => {
      const server = await serve((_, response) => {
        response.writeHead(200, gzip).write(packed.subarray(0, 8), () => response.destroy());
      });
      const error = await failureOf(clientFor(server.url).send(get()));
      assert.deepEqual([error.code, error.sent], ['ECONNRESET', true]);
    });
  });

  describe('gives up', () => {
    it('if no response starts in time', async () => {
      const server = await serve(() => undefined);
      const error = await failureOf(clientFor(server.url).send(get({ timeout: 60 })));
      assert.deepEqual([error.code, error.sent], ['TIMEOUT', true]);
      assert.equal(error.message, 'no response within 0.06 s');
    });

    it('if a response does not end in time', async () => {
      const server = await serve((_, response) => void response.write('{'));
      const error = await failureOf(clientFor(server.url).send(get({ timeout: 60 })));
      assert.deepEqual([error.code, error.sent], ['TIMEOUT', true]);
    });

    it("with the signal's reason: before the response, without one, and in the middle of it", async () => {
      const reason = new Error('the step was canceled');
      const silent = await serve(() => undefined);
      const before = clientFor(silent.url).send(get({ signal: AbortSignal.abort(reason) }));
      await assert.rejects(before, reason);
      assert.equal(silent.requests.length, 0);
      for (const begin of [false, true]) {
        const cancel = new AbortController();
        const server = await serve((_, response) => {
          if (begin) response.write('{', () => cancel.abort(reason));
          else cancel.abort(reason);
        });
        const call = clientFor(server.url).send(get({ signal: cancel.signal }));
        await assert.rejects(call, reason);
      }
    });
  });

  describe('says whether the request may have arrived', () => {
    it('no, if nothing listens', async () => {
      const error = await failureOf(
        clientFor(`http://127.0.0.1:${await closedPort()}`).send(get()),
      );
      assert.deepEqual([error.code, error.sent], ['ECONNREFUSED', false]);
      assert.match(error.message, /connect ECONNREFUSED 127\.0\.0\.1/);
    });

    it('no, if nothing listens at any address of the host, all of which it names', async () => {
      const url = `http://argocd.example.com:${await closedPort()}`;
      const addresses = ['127.0.0.1', '127.0.0.2'].map((address) => ({ address, family: 4 }));
      const lookup = sinon.stub(dns, 'lookup');
      lookup.callsFake(((_: string, __: object, found: (error: null, all: object[]) => void) => {
        found(null, addresses);
      }) as never);
      const error = await failureOf(clientFor(url).send(get()));
      assert.deepEqual([error.code, error.sent], ['ECONNREFUSED', false]);
      assert.match(
        error.message,
        /ECONNREFUSED 127\.0\.0\.1:\d+, connect ECONNREFUSED 127\.0\.0\.2/,
      );
    });

    it('yes, if the connection breaks before the response', async () => {
      const server = await serve((request) => request.socket.destroy());
      const error = await failureOf(clientFor(server.url).send(get()));
      assert.deepEqual([error.code, error.sent], ['ECONNRESET', true]);
    });

    it('yes, if the connection is reset', async () => {
      const server = await serve((request) => request.socket.resetAndDestroy());
      const error = await failureOf(clientFor(server.url).send(get()));
      assert.deepEqual([error.code, error.sent], ['ECONNRESET', true]);
    });

    it('yes, if the connection breaks within the response', async () => {
      const server = await serve((_, response) => {
        response.writeHead(200, { 'Content-Length': '100' });
        response.write('{', () => response.destroy());
      });
      const error = await failureOf(clientFor(server.url).send(get()));
      assert.deepEqual([error.code, error.sent], ['ECONNRESET', true]);
    });

    it('yes, if a kept-alive connection was closed', async () => {
      const server = await serve((request, response) => {
        if (server.requests.length === 1) response.end('x');
        else request.socket.destroy();
      });
      const client = clientFor(server.url);
      await client.send(get());
      const error = await failureOf(client.send(get()));
      assert.deepEqual([error.code, error.sent], ['ECONNRESET', true]);
      assert.equal(server.sockets.length, 1);
    });

    it('yes, if the response is not HTTP', async () => {
      const server = await serve((request) => request.socket.end('SSH-2.0-OpenSSH\r\n'));
      const error = await failureOf(clientFor(server.url).send(get()));
      assert.match(error.code, /^HPE_/);
      assert.equal(error.sent, true);
    });
  });

  it('opens no more connections than allowed, one of which is for a stream', async () => {
    const waiting: ServerResponse[] = [];
    const server = await serve((_, response) => {
      waiting.push(response);
      if (server.requests.at(-1)?.url === '/stream') response.write('a');
    });
    const client = clientFor(server.url, {}, { maxSockets: 3 });
    const stream = await client.open(get({ path: '/stream' }));
    const calls = Array.from({ length: 20 }, () => client.send(get({ timeout: 500 })));
    let most = 0;
    for (let answered = 0; answered < 20; answered += 1) {
      while (waiting.length < answered + 2) await settle();
      most = Math.max(most, waiting.length - 1 - answered);
      // A call that waits for its turn must not time out.
      waiting[answered + 1]?.end('b');
    }
    assert.deepEqual(
      (await Promise.all(calls)).map(({ text }) => text),
      Array.from({ length: 20 }, () => 'b'),
    );
    assert.equal(most, 2);
    assert.ok(server.sockets.length <= 3, `${server.sockets.length} connections`);
    stream.destroy();
  });

  it('does not count the time that a call waits for its turn', async () => {
    const waiting: ServerResponse[] = [];
    const server = await serve((_, response) => waiting.push(response));
    const timeout = sinon.spy(globalThis, 'setTimeout');
    const begun = () => timeout.args.map(([, ms]) => ms).filter((ms = 0) => ms >= 1_000);
    const client = clientFor(server.url, {}, { maxSockets: 2 });
    const calls = [1_000, 2_000].map((ms) => client.send(get({ timeout: ms })));
    while (waiting.length < 1) await settle();
    assert.deepEqual(begun(), [1_000]);
    waiting[0]?.end('a');
    while (waiting.length < 2) await settle();
    assert.deepEqual(begun(), [1_000, 2_000]);
    waiting[1]?.end('b');
    await Promise.all(calls);
  });

  it('reports every completed request, without the names of applications', async () => {
    const server = await serve((request, response) => {
      if (request.url?.includes('hang') !== true) response.writeHead(403).end('a');
    });
    const ended: EndedRequest[] = [];
    const client = clientFor(server.url, {}, { observe: (one) => ended.push(one) });
    await client.send(get({ path: '/api/v1/applications/shop/manifests?project=default' }));
    await client.send(get({ method: 'POST', path: '/api/v1/session' }));
    (await client.open(get({ path: '/api/v1/stream/applications?name=shop' }))).resume();
    await failureOf(client.send(get({ path: '/hang', timeout: 30 })));
    const cancel = new AbortController();
    const canceled = client.send(get({ path: '/hang', signal: cancel.signal }));
    cancel.abort(new Error('enough'));
    await assert.rejects(canceled, /enough/);
    assert.deepEqual(
      ended.map(({ route, status }) => `${route} ${status}`),
      [
        'GET /api/v1/applications/{name}/manifests 403',
        'POST /api/v1/session 403',
        'GET /api/v1/stream/applications 403',
        'GET /hang TIMEOUT',
        'GET /hang ABORTED',
      ],
    );
    assert.ok(ended.every(({ milliseconds }) => milliseconds >= 0));
  });

  describe('opens a stream', () => {
    it('whose headers must arrive in time', async () => {
      const server = await serve(() => undefined);
      const error = await failureOf(clientFor(server.url).open(get({ timeout: 60 })));
      assert.equal(error.code, 'TIMEOUT');
    });

    it('whose body may arrive at any time', async () => {
      const clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      try {
        const answers: ServerResponse[] = [];
        const server = await serve((_, answer) => {
          answers.push(answer);
          answer.write('a');
        });
        const response = await clientFor(server.url).open(get({ timeout: 1000 }));
        clock.tick(3_600_000);
        const body = response.setEncoding('utf8')[Symbol.asyncIterator]();
        assert.equal((await body.next()).value, 'a');
        answers[0]?.write('b');
        assert.equal((await body.next()).value, 'b');
        response.destroy();
      } finally {
        clock.restore();
      }
    });

    it('that ends with the signal', async () => {
      const cancel = new AbortController();
      const server = await serve((_, response) => void response.write('a'));
      const response = await clientFor(server.url).open(get({ signal: cancel.signal }));
      const [first] = (await once(response, 'data')) as [Buffer];
      assert.equal(first.toString(), 'a');
      const broken = once(response, 'end');
      cancel.abort();
      await assert.rejects(broken);
    });
  });
});
