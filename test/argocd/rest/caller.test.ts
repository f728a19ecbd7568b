import assert from 'node:assert/strict';
import { once } from 'node:events';
import { inspect } from 'node:util';
import { ArgoCDError } from '../../../src/argocd/argocd-error.ts';
import { nameOf, type ArgoCDCall } from '../../../src/argocd/rest/call.ts';
import { Caller } from '../../../src/argocd/rest/caller.ts';
import type { Connection } from '../../../src/argocd/rest/connection.ts';
import { Secret } from '../../../src/secret.ts';
import type { Failure } from '../../../src/sync/model/failure.ts';
import type { Server } from './server.ts';
import {
  closedPort,
  connectionTo,
  noAbort,
  serve,
  serveAnswer,
  stopServers,
  token,
} from './server.ts';

const callers: Caller[] = [];

function callerAt(url: string, special: Partial<Connection> = {}): Caller {
  const caller = new Caller(connectionTo(url, special), () => undefined);
  callers.push(caller);
  return caller;
}

function read(special: Partial<ArgoCDCall> = {}): ArgoCDCall {
  return {
    method: 'GET',
    path: '/x?y=z',
    effect: 'read',
    timeout: 5000,
    signal: noAbort,
    ...special,
  };
}

function change(special: Partial<ArgoCDCall> = {}): ArgoCDCall {
  return { ...read(), method: 'POST', effect: 'change', body: { prune: true }, ...special };
}

async function failureOf(call: Promise<unknown>): Promise<ArgoCDError> {
  const error: unknown = await call.then(
    () => assert.fail('the call succeeded'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ArgoCDError, inspect(error));
  return error;
}

async function all(events: AsyncIterable<string | undefined>): Promise<(string | undefined)[]> {
  const found: (string | undefined)[] = [];
  for await (const event of events) found.push(event);
  return found;
}

async function firstClosed({ sockets: [socket] }: Server): Promise<void> {
  assert.ok(socket);
  if (!socket.destroyed) await once(socket, 'close');
}

const password = { kind: 'password', username: 'admin', password: new Secret('pass') } as const;

/** Refuses every token but the newest; each login returns the next one. */
function serveWithLogin(valid: (token: number) => boolean) {
  let logins = 0;
  return serve((request, response) => {
    if (request.url === '/api/v1/session') {
      logins += 1;
      response.end(JSON.stringify({ token: `token-${logins}` }));
      return;
    }
    const given = Number(/token-(\d+)$/.exec(request.headers.authorization ?? '')?.[1]);
    if (valid(given)) response.end('{"fine":true}');
    else response.writeHead(401).end('{"error":"expired","code":16,"message":"expired"}');
  });
}

describe('A caller', () => {
  afterEach(async () => {
    await Promise.all(callers.splice(0).map((caller) => caller.close()));
    await stopServers();
  });

  it('is named by method and path, without the query', () => {
    assert.equal(nameOf(read({ path: '/a?b=/c?d' })), 'GET /a');
  });

  const contents: readonly [ArgoCDCall, string | undefined, string][] = [
    [read(), undefined, ''],
    [change(), 'application/json', '{"prune":true}'],
    [change({ method: 'DELETE', body: undefined }), 'application/json', ''],
  ];
  for (const [call, type, body] of contents) {
    it(`sends a ${call.method} with the content type ${type}`, async () => {
      const server = await serveAnswer(200, {}, '{"a":1}');
      assert.deepEqual(await callerAt(server.url).json(call), { a: 1 });
      const [request] = server.requests;
      assert.equal(request?.headers['content-type'], type);
      assert.equal(request?.headers.authorization, `Bearer ${token}`);
      assert.equal(request?.headers['accept-encoding'], 'gzip');
      assert.equal(request?.body, body);
    });
  }

  describe('classifies a failure for a read and for a change', () => {
    const page = '<html>Bad Gateway</html>';
    const cases: readonly [string, () => Promise<string>, Failure, Failure][] = [
      [
        'connection refused',
        async () => `http://127.0.0.1:${await closedPort()}`,
        'unavailable',
        'unavailable',
      ],
      [
        'connection broken',
        async () => (await serve(({ socket }) => socket.destroy())).url,
        'unavailable',
        'unclear',
      ],
      [
        '502 with a page',
        async () => (await serveAnswer(502, {}, page)).url,
        'unavailable',
        'unclear',
      ],
      [
        '504 with a page',
        async () => (await serveAnswer(504, {}, page)).url,
        'unavailable',
        'unclear',
      ],
      ['no answer', async () => (await serve(() => undefined)).url, 'unavailable', 'unclear'],
      ['a page', async () => (await serveAnswer(200, {}, page)).url, 'not-argocd', 'unclear'],
      [
        'a redirect',
        async () => (await serveAnswer(302, { Location: '/login' }, '')).url,
        'not-argocd',
        'not-argocd',
      ],
    ];
    it('and names the one place where a person fixes it', async () => {
      const url = `http://127.0.0.1:${await closedPort()}`;
      for (const [isConfigured, place, other] of [
        [undefined, /the service connection/, /configuration/],
        [true, /the configuration of the handler/, /service connection/],
      ] as const) {
        const error = await failureOf(callerAt(url, { isConfigured }).json(read()));
        const told = `${error.reason} ${error.advice ?? ''}`;
        assert.match(error.reason, place);
        assert.match(error.advice ?? '', place);
        assert.doesNotMatch(told, other);
        const server = await serveAnswer(401, {}, '{"error":"no","code":16,"message":"no"}');
        const refused = await failureOf(callerAt(server.url, { isConfigured }).json(read()));
        assert.match(refused.advice ?? '', place);
        assert.equal(refused.credential, 'token');
      }
    });

    it('a refused login: the password, not the token', async () => {
      const password = { kind: 'password', username: 'me', password: new Secret('word') } as const;
      for (const [status, code] of [
        [401, 16],
        [403, 7],
      ] as const) {
        const message = 'Invalid username or password';
        const server = await serveAnswer(
          status,
          {},
          JSON.stringify({ error: message, code, message }),
        );
        const caller = callerAt(`${server.url}/argo`, { credential: password });
        const error = await failureOf(caller.json(read()));
        assert.deepEqual([error.failure, error.credential], ['unauthenticated', 'password']);
        assert.equal(error.message, `POST ${server.url}/argo/api/v1/session: ${message}`);
        assert.match(
          error.advice ?? '',
          /^Re-enter the user name and password in the service connection/,
        );
        assert.doesNotMatch(error.advice ?? '', /token/i);
      }
    });

    for (const [what, start, forRead, forChange] of cases) {
      it(`${what}: ${forRead}, ${forChange}`, async () => {
        const caller = callerAt(await start());
        const timeout = 100;
        const error = await failureOf(caller.json(read({ timeout })));
        assert.equal(error.failure, forRead);
        assert.match(error.message, /^GET http:\/\/127\.0\.0\.1:\d+\/x: /);
        assert.equal((await failureOf(caller.json(change({ timeout })))).failure, forChange);
      });
    }

    it('a kept-alive connection that was closed: unavailable, unclear', async () => {
      for (const [call, failure] of [
        [read(), 'unavailable'],
        [change(), 'unclear'],
      ] as const) {
        const server = await serve((request, response) => {
          if (server.requests.length === 1) response.end('{}');
          else request.socket.destroy();
        });
        const caller = callerAt(server.url);
        await caller.json(read());
        assert.equal((await failureOf(caller.json(call))).failure, failure);
        assert.equal(server.sockets.length, 1);
        // Nothing is sent twice: only the caller knows whether it may be.
        assert.equal(server.requests.length, 2);
      }
    });

    it('a line break in an extra header: unreachable, without showing its value', async () => {
      const server = await serveAnswer(200, {}, '{}');
      const headers = [{ name: 'X-Key', value: new Secret('secret-text\nX: y') }];
      const error = await failureOf(callerAt(server.url, { headers }).json(change()));
      assert.equal(error.failure, 'unreachable');
      assert.match(error.reason, /such as a line break: enter it again/);
      assert.doesNotMatch(inspect(error, { depth: 9 }), /secret-text/);
    });
  });

  describe('with a password', () => {
    it('logs in again when its token is refused, once for all calls, and repeats the call', async () => {
      let oldest = 1;
      const server = await serveWithLogin((given) => given >= oldest);
      const caller = callerAt(server.url, { credential: password });
      await caller.json(read());
      oldest = 2;
      const calls = Array.from({ length: 10 }, () => caller.json(change()));
      assert.deepEqual(
        await Promise.all(calls),
        calls.map(() => ({ fine: true })),
      );
      const logins = server.requests.filter(({ url }) => url === '/api/v1/session');
      assert.equal(logins.length, 2);
    });

    it('gives up when the new token is refused as well', async () => {
      const server = await serveWithLogin(() => false);
      const caller = callerAt(server.url, { credential: password });
      assert.equal((await failureOf(caller.json(read()))).failure, 'unauthenticated');
      assert.deepEqual(
        server.requests.map(({ url }) => url),
        ['/api/v1/session', '/x?y=z', '/api/v1/session', '/x?y=z'],
      );
    });

    it('logs in again for the next stream after a refused one', async () => {
      let oldest = 2;
      const server = await serveWithLogin((given) => given >= oldest);
      const caller = callerAt(server.url, { credential: password });
      assert.equal((await failureOf(all(caller.events(read())))).failure, 'unauthenticated');
      oldest = 1;
      await caller.json(read());
      const logins = server.requests.filter(({ url }) => url === '/api/v1/session');
      assert.equal(logins.length, 2);
    });
  });

  it('with a token does not repeat a refused call', async () => {
    const server = await serveWithLogin(() => false);
    const error = await failureOf(callerAt(server.url).json(read()));
    assert.deepEqual([error.failure, error.status], ['unauthenticated', 401]);
    assert.equal(server.requests.length, 1);
  });

  it('shows no secret in any failure, even if the response repeats the request', async () => {
    const credential = { kind: 'token', token: new Secret(token) } as const;
    const headers = [
      { name: 'CF-Access-Client-Secret', value: new Secret('client-secret') },
      { name: 'X-Flag', value: new Secret('true') },
    ];
    for (const status of [200, 302, 403, 407, 500, 502]) {
      const server = await serve((request, response) => {
        const location = `https://login.example.com/?${request.headers.authorization?.slice(7) ?? ''}`;
        response.writeHead(status, { Location: location });
        response.end(`true ${JSON.stringify(request.headers)}`);
      });
      const connection = connectionTo(server.url, { credential, headers });
      const caller = new Caller(connection, () => undefined);
      callers.push(caller);
      for (const call of [read(), change()]) {
        const error = await failureOf(caller.json(call));
        const shown = [connection, caller, error].flatMap((value) => [
          inspect(value, { depth: 9, showHidden: true }),
          JSON.stringify(value),
        ]);
        shown.push(String(error), error.stack ?? '');
        assert.doesNotMatch(shown.join('\n'), /signature-of-the-token|client-secret/);
        if (status === 502) assert.match(error.reason, /"true \{/);
      }
    }
  });

  describe('opens a stream', () => {
    const sse = { 'Content-Type': 'text/event-stream' };

    it('with the exact Accept header that Argo CD requires', async () => {
      const server = await serveAnswer(200, sse, 'data: 1 \n\n\n:\n');
      assert.deepEqual(await all(callerAt(server.url).events(read())), ['1', undefined]);
      const [request] = server.requests;
      assert.equal(request?.headers.accept, 'text/event-stream');
      assert.equal(request?.headers['accept-encoding'], undefined);
      assert.equal(request?.headers.authorization, `Bearer ${token}`);
    });

    const others: readonly [string, number, Record<string, string>, Failure][] = [
      ['a page', 200, { 'Content-Type': 'text/html' }, 'unavailable'],
      ['JSON', 200, { 'Content-Type': 'application/json' }, 'unavailable'],
      ['no content type', 200, {}, 'unavailable'],
      ['a redirect', 302, { Location: '/login', ...sse }, 'unavailable'],
      ['401', 401, { 'Content-Type': 'application/json' }, 'unauthenticated'],
      ['502', 502, { 'Content-Type': 'text/html' }, 'unavailable'],
    ];
    for (const [what, status, headers, failure] of others) {
      it(`and says ${failure} for ${what}`, async () => {
        const server = await serveAnswer(status, headers, 'x');
        const error = await failureOf(all(callerAt(server.url).events(read())));
        assert.deepEqual([error.failure, error.status], [failure, status]);
        assert.match(
          error.message,
          new RegExp(`^GET ${server.url}/x: the stream responds with HTTP ${status}`),
        );
      });
    }

    it('and closes the connection if something else responds without an end', async () => {
      const server = await serve((_, response) => {
        response.writeHead(502).write('<html>');
      });
      await failureOf(all(callerAt(server.url).events(read())));
      await firstClosed(server);
    });

    it('and reports it unavailable if it never opens or if it breaks', async () => {
      const silent = await serve(() => undefined);
      const late = await failureOf(all(callerAt(silent.url).events(read({ timeout: 60 }))));
      assert.equal(late.failure, 'unavailable');
      const breaking = await serve((_, response) => {
        response.writeHead(200, sse).write('data: 1\n', () => response.destroy());
      });
      const broken = await failureOf(all(callerAt(breaking.url).events(read())));
      assert.equal(broken.failure, 'unavailable');
      assert.match(broken.reason, /^the stream failed: /);
    });

    it('and ends it, with its connection, for the signal’s reason', async () => {
      const reason = new Error('canceled');
      const cancel = new AbortController();
      const server = await serve((_, response) => {
        response.writeHead(200, sse).write('data: 1\n');
      });
      const reading = (async () => {
        const events = callerAt(server.url).events(read({ signal: cancel.signal }));
        for await (const event of events) if (event === '1') cancel.abort(reason);
      })();
      await assert.rejects(reading, reason);
      await firstClosed(server);
    });

    it('and closes the connection when the reader stops', async () => {
      const server = await serve((_, response) => {
        response.writeHead(200, sse).write('data: 1\ndata: 2\n');
      });
      for await (const event of callerAt(server.url).events(read())) {
        assert.equal(event, '1');
        break;
      }
      await firstClosed(server);
    });
  });
});
