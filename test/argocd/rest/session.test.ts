import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { ArgoCDError } from '../../../src/argocd/argocd-error.ts';
import type { Credential } from '../../../src/argocd/rest/connection.ts';
import { HttpClient } from '../../../src/argocd/rest/http.ts';
import { Session } from '../../../src/argocd/rest/session.ts';
import { Secret } from '../../../src/secret.ts';
import type { Failure } from '../../../src/sync/model/failure.ts';
import type { Server } from './server.ts';
import { closedPort, connectionTo, noAbort, serve, serveAnswer, stopServers } from './server.ts';

const credential: Credential = {
  kind: 'password',
  username: 'admin',
  password: new Secret('pass "word"'),
};

/** A session and the tokens that it reports. */
function sessionAt(url: string, given: Credential = credential) {
  const tokens: string[] = [];
  const http = new HttpClient(connectionTo(url));
  const session = new Session(given, http, (token) => tokens.push(token.reveal()));
  return { session, tokens };
}

/** Responds to each login with another token. */
function serveLogins(): Promise<Server> {
  let count = 0;
  return serve((_, response) => response.end(JSON.stringify({ token: `token-${++count}` })));
}

describe('A session', () => {
  afterEach(stopServers);

  it('with a token uses it without a request, and cannot renew it', async () => {
    const token = new Secret('a.b.c');
    const { session } = sessionAt('http://127.0.0.1:1', { kind: 'token', token });
    assert.equal(await session.token(noAbort), token);
    assert.equal(session.renewable, false);
    session.discard(token);
    assert.equal(await session.token(noAbort), token);
  });

  it('logs in with user name and password, as Argo CD expects', async () => {
    const server = await serveLogins();
    const { session, tokens } = sessionAt(`${server.url}/root`);
    assert.equal(session.renewable, true);
    assert.equal((await session.token(noAbort)).reveal(), 'token-1');
    assert.deepEqual(tokens, ['token-1']);
    const [request] = server.requests;
    assert.deepEqual([request?.method, request?.url], ['POST', '/root/api/v1/session']);
    assert.equal(request?.headers['content-type'], 'application/json');
    assert.equal(request?.headers.authorization, undefined);
    assert.deepEqual(JSON.parse(request?.body ?? ''), {
      username: 'admin',
      password: 'pass "word"',
    });
  });

  it('logs in once for all callers, and once more when its token is refused', async () => {
    const server = await serveLogins();
    const { session } = sessionAt(server.url);
    const first = await Promise.all(Array.from({ length: 20 }, () => session.token(noAbort)));
    assert.deepEqual([...new Set(first.map((token) => token.reveal()))], ['token-1']);
    const [refused] = first;
    assert.ok(refused);
    const renewed = first.map((token) => {
      session.discard(token);
      return session.token(noAbort);
    });
    const second = await Promise.all(renewed);
    assert.deepEqual([...new Set(second.map((token) => token.reveal()))], ['token-2']);
    session.discard(refused);
    assert.equal((await session.token(noAbort)).reveal(), 'token-2');
    assert.equal(server.requests.length, 2);
  });

  it('does not cause a leak warning from Node when many wait with one signal', async () => {
    const warnings: Error[] = [];
    const remember = (warning: Error) => warnings.push(warning);
    process.on('warning', remember);
    const server = await serveLogins();
    const { session } = sessionAt(server.url);
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 100 }, () => session.token(signal)));
    // Node emits warnings one turn later.
    await new Promise(setImmediate);
    process.off('warning', remember);
    assert.deepEqual(warnings, []);
  });

  it('releases a caller that gives up immediately, and continues the login for the others', async () => {
    const reason = new Error('canceled');
    const cancel = new AbortController();
    const server = await serve((_, response) => {
      cancel.abort(reason);
      setImmediate(() => response.end('{"token":"a"}'));
    });
    const { session } = sessionAt(server.url);
    const patient = session.token(noAbort);
    await assert.rejects(session.token(cancel.signal), reason);
    assert.equal((await patient).reveal(), 'a');
    await assert.rejects(session.token(AbortSignal.abort(reason)), reason);
  });

  const failures: readonly [string, number, string, Failure, RegExp][] = [
    [
      'is refused',
      401,
      '{"error":"Invalid username or password","code":16,"message":"Invalid username or password"}',
      'unauthenticated',
      /^Invalid username or password$/,
    ],
    ['gets a web page', 200, '<html>', 'not-argocd', /not Argo CD's API/],
    ['gets something else', 200, '{"id":1}', 'not-argocd', /contains no token/],
    ['gets an empty token', 200, '{"token":""}', 'not-argocd', /contains no token/],
    ['gets a gateway error', 502, 'Bad Gateway', 'unavailable', /502/],
  ];
  for (const [what, status, body, failure, reason] of failures) {
    it(`that ${what} says so, and tries again for the next call`, async () => {
      const server = await serveAnswer(status, {}, body);
      const { session, tokens } = sessionAt(server.url);
      for (let count = 1; count <= 2; count += 1) {
        await assert.rejects(session.token(noAbort), (error: unknown) => {
          assert.ok(error instanceof ArgoCDError, String(error));
          assert.match(error.message, /^POST \/api\/v1\/session: /);
          assert.match(error.reason, reason);
          assert.equal(error.failure, failure);
          assert.doesNotMatch(inspect(error, { depth: 9, showHidden: true }), /pass "?\\?"?word/);
          return true;
        });
        assert.equal(server.requests.length, count);
      }
      assert.deepEqual(tokens, []);
    });
  }

  it('that finds no server may be tried again', async () => {
    const { session } = sessionAt(`http://127.0.0.1:${await closedPort()}`);
    await assert.rejects(session.token(noAbort), { failure: 'unavailable' });
  });
});
