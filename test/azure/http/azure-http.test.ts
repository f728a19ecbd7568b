import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import type { RequestListener } from 'node:http';
import { inspect } from 'node:util';
import type { Resolve } from '../../../src/azure/http/address-guard.ts';
import { AzureError } from '../../../src/azure/http/azure-error.ts';
import type { AzureCall, AzureHttpSettings } from '../../../src/azure/http/azure-http.ts';
import { AzureHttp } from '../../../src/azure/http/azure-http.ts';
import { Collections } from '../../../src/azure/http/collection.ts';
import { Secret } from '../../../src/secret.ts';
import { closedPort, noAbort, serve, serveAnswer, stopServers } from '../../argocd/rest/server.ts';

const token = new Secret('eyJ0eXAiOiJKV1Qi.a-job-token.of-the-run');
const encoded = Buffer.from(`:${token.reveal()}`).toString('base64');
const clients: AzureHttp[] = [];

function clientFor(special: Partial<AzureHttpSettings> = {}): AzureHttp {
  const client = new AzureHttp(
    Object.defineProperties(
      { reachOf: () => 'private' as const, userAgent: 'test' },
      Object.getOwnPropertyDescriptors(special),
    ),
  );
  clients.push(client);
  return client;
}

function get(collection: string, special: Partial<AzureCall> = {}): AzureCall {
  return {
    name: 'GET plan',
    method: 'GET',
    isRepeatable: true,
    collection,
    path: '/x?y=z',
    token,
    signal: noAbort,
    ...special,
  };
}

function post(collection: string, special: Partial<AzureCall> = {}): AzureCall {
  const body = { type: 'application/json', text: '{"name":"ü"}' };
  return get(collection, {
    name: 'POST event',
    method: 'POST',
    isRepeatable: false,
    body,
    ...special,
  });
}

/** The `AzureError` that ends a call; it must never show the token. */
async function failureOf(call: Promise<unknown>): Promise<AzureError> {
  const error: unknown = await call.then(
    () => assert.fail('the call succeeded'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof AzureError, inspect(error));
  const shown = inspect(error, { depth: 10, showHidden: true });
  assert.ok(!shown.includes(token.reveal()) && !shown.includes(encoded), shown);
  return error;
}

/** A resolver that returns one address after another. */
function resolving(...addresses: readonly string[]): Resolve & { readonly names: string[] } {
  const names: string[] = [];
  const resolve = (
    name: string,
    _: object,
    callback: (error: null, addresses: LookupAddress[]) => void,
  ) => {
    const address = addresses[Math.min(names.length, addresses.length - 1)] ?? '';
    names.push(name);
    callback(null, [{ address, family: address.includes(':') ? 6 : 4 }]);
  };
  return Object.assign(resolve, { names });
}

describe('HTTP to Azure DevOps', () => {
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
    await stopServers();
  });

  const waits: readonly [Readonly<Record<string, string>>, number | undefined][] = [
    [{}, undefined],
    [{ 'Retry-After': '30' }, 30_000],
    [{ 'Retry-After': 'soon' }, undefined],
  ];
  for (const [headers, expected] of waits) {
    it(`passes on the wait requested by a successful response: ${JSON.stringify(headers)}`, async () => {
      const { url } = await serve((_, response) => response.writeHead(200, headers).end('{}'));
      const answer = await clientFor().answer(get(`${url}/fabrikam`));
      assert.equal(answer.text, '{}');
      assert.equal(answer.retryAfter, expected);
    });
  }

  const dates: readonly [string, number | undefined][] = [
    ['Sun, 06 Nov 1994 08:49:37 GMT', Date.UTC(1994, 10, 6, 8, 49, 37)],
    ['yesterday', undefined],
  ];
  for (const [header, expected] of dates) {
    it(`reads the server's time from the response: ${header}`, async () => {
      const { url } = await serve((_, response) =>
        response.writeHead(200, { Date: header }).end('{}'),
      );
      const answer = await clientFor().answer(get(`${url}/fabrikam`));
      assert.equal(answer.date, expected);
    });
  }

  it('sends below the collection, with the token as a password', async () => {
    const server = await serveAnswer(200, { 'Content-Type': 'application/json' }, '{"a":"ü"}');
    const text = await clientFor().send(post(`${server.url}/tfs/Default`));
    assert.equal(text, '{"a":"ü"}');
    const [seen] = server.requests;
    assert.deepEqual([seen?.method, seen?.url], ['POST', '/tfs/Default/x?y=z']);
    assert.equal(seen?.body, '{"name":"ü"}');
    assert.deepEqual(
      { ...seen?.headers, connection: '' },
      {
        host: `127.0.0.1:${server.port}`,
        connection: '',
        authorization: `Basic ${encoded}`,
        accept: 'application/json',
        'user-agent': 'test',
        'content-type': 'application/json',
        'content-length': '13',
      },
    );
  });

  describe('to a server that accepts tokens in one form only', () => {
    const refusals: readonly (readonly [string, number, Readonly<Record<string, string>>])[] = [
      ['401', 401, {}],
      ['a page instead of a response', 203, { 'Content-Type': 'text/html' }],
      ['a page with 200', 200, { 'Content-Type': 'text/html' }],
      ['a redirect', 302, { Location: 'https://login.example.com/' }],
    ];
    const serverFor = (form: RegExp, [, status, headers]: (typeof refusals)[number]) =>
      serve((request, response) => {
        if (form.test(request.headers.authorization ?? '')) response.end('{}');
        else response.writeHead(status, headers).end('<html>');
      });
    const formsSeen = (server: Awaited<ReturnType<typeof serve>>) =>
      server.requests.map(({ headers }) => headers.authorization?.split(' ')[0]);

    for (const refusal of refusals) {
      it(`tries the other one after ${refusal[0]}, once, and keeps using it`, async () => {
        const server = await serverFor(/^Bearer /, refusal);
        const client = clientFor();
        assert.equal(await client.send(post(`${server.url}/fabrikam`)), '{}');
        assert.equal(await client.send(get(`${server.url}/fabrikam`)), '{}');
        assert.deepEqual(formsSeen(server), ['Basic', 'Bearer', 'Bearer']);
        assert.equal(await client.send(get(`${server.url}/contoso`)), '{}');
        assert.deepEqual(formsSeen(server).slice(3), ['Basic', 'Bearer']);
        assert.equal(server.requests[1]?.headers.authorization, `Bearer ${token.reveal()}`);
      });

      it(`reports the first response after ${refusal[0]} in both forms, and continues as before`, async () => {
        const server = await serverFor(/^never /, refusal);
        const observed: (string | undefined)[] = [];
        const client = clientFor({ observe: ({ failure }) => observed.push(failure) });
        const error = await failureOf(client.send(post(`${server.url}/fabrikam`)));
        assert.deepEqual([error.failure, error.status], ['unauthenticated', refusal[1]]);
        await failureOf(client.send(get(`${server.url}/fabrikam`)));
        assert.deepEqual(formsSeen(server), ['Basic', 'Bearer', 'Basic', 'Bearer']);
        assert.deepEqual(observed, ['unauthenticated', 'unauthenticated']);
      });
    }

    it('reports the first response if the second form is refused for another reason', async () => {
      const server = await serve((request, response) => {
        const isFirst = (request.headers.authorization ?? '').startsWith('Basic ');
        response.writeHead(isFirst ? 401 : 302, { Location: '/signin' }).end('<html>');
      });
      const error = await failureOf(clientFor().send(post(`${server.url}/fabrikam`)));
      assert.deepEqual([error.failure, error.status], ['unauthenticated', 401]);
    });

    it('finds the form again when it changes back', async () => {
      let form = /^Bearer /;
      const server = await serve((request, response) => {
        response.writeHead(form.test(request.headers.authorization ?? '') ? 200 : 401).end('{}');
      });
      const client = clientFor();
      await client.send(get(`${server.url}/fabrikam`));
      form = /^Basic /;
      await client.send(get(`${server.url}/fabrikam`));
      await client.send(get(`${server.url}/fabrikam`));
      assert.deepEqual(formsSeen(server), ['Basic', 'Bearer', 'Bearer', 'Basic', 'Basic']);
    });

    it('does not try the other form if the token was accepted and something else refused', async () => {
      for (const status of [400, 403, 404, 429, 500, 503]) {
        const server = await serveAnswer(status, {}, '{}');
        await failureOf(clientFor().send(get(`${server.url}/fabrikam`)));
        assert.equal(server.requests.length, 1);
      }
    });
  });

  it('sends no content type without a body, and accepts an empty response', async () => {
    const server = await serveAnswer(204, {}, '');
    assert.equal(await clientFor().send(get(`${server.url}/fabrikam`)), '');
    assert.equal(server.requests[0]?.headers['content-type'], undefined);
  });

  it('keeps no cookies', async () => {
    const server = await serveAnswer(200, { 'Set-Cookie': 'a=b; Path=/' }, '{}');
    const client = clientFor();
    await client.send(get(`${server.url}/fabrikam`));
    await client.send(get(`${server.url}/fabrikam`));
    assert.deepEqual(
      server.requests.map(({ headers }) => headers.cookie),
      [undefined, undefined],
    );
  });

  it('follows no redirects: the other host gets nothing', async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      const other = await serveAnswer(200, {}, '{}');
      const server = await serveAnswer(status, { Location: `${other.url}/x` }, '');
      const error = await failureOf(clientFor().send(post(`${server.url}/fabrikam`)));
      assert.equal(error.failure, 'unauthenticated');
      assert.deepEqual([other.requests.length, other.sockets.length], [0, 0]);
    }
  });

  it('does not show a token that the response repeats', async () => {
    const server = await serve((request, response) => {
      const message = `Bad header Authorization: ${request.headers.authorization ?? ''}`;
      response.writeHead(400).end(JSON.stringify({ message, typeKey: 'X' }));
    });
    const error = await failureOf(clientFor().send(get(`${server.url}/fabrikam`)));
    assert.equal(error.reason, 'Bad header Authorization: Basic ***');
  });

  it('shows nothing of a response that is not HTTP', async () => {
    const server = await serve((request, response) => {
      response.socket?.end(`NO HTTP ${request.headers.authorization ?? ''}\r\n\r\n`);
    });
    const error = await failureOf(clientFor().send(post(`${server.url}/fabrikam`)));
    assert.equal(error.failure, 'unclear');
  });

  describe('sends the token only where it belongs', () => {
    it('and not to a collection that is not, or no longer, configured', async () => {
      const server = await serveAnswer(200, {}, '{}');
      let organizations = [{ url: `${server.url}/fabrikam`, isPrivate: true }];
      const client = clientFor({
        reachOf: (collection) => new Collections(organizations).reachOf(collection),
      });
      await client.send(get(`${server.url}/fabrikam`));
      for (const other of [`${server.url}/contoso`, `${server.url}/fabrikam/..`, 'nonsense']) {
        const error = await failureOf(client.send(get(other)));
        assert.equal(error.failure, 'blocked');
        assert.match(error.message, /not one of the configured organizations/);
      }
      organizations = [];
      assert.equal(
        (await failureOf(client.send(get(`${server.url}/fabrikam`)))).failure,
        'blocked',
      );
      assert.equal(server.requests.length, 1);
    });

    const literals = [
      'http://127.0.0.1',
      'http://127.1',
      'http://2130706433',
      'http://0x7f.1',
      'http://017700000001',
      'http://[::1]',
      'http://[::ffff:127.0.0.1]',
      'http://[::ffff:7f00:1]',
      'http://[::127.0.0.1]',
      'http://[64:ff9b::127.0.0.1]',
      'http://0.0.0.0',
      'http://[::]',
    ];
    for (const literal of literals) {
      it(`and not to ${literal}, an address in the URL, unless it is private`, async () => {
        const server = await serveAnswer(200, {}, '{}');
        const client = clientFor({ reachOf: () => 'public' });
        const error = await failureOf(client.send(post(`${literal}:${server.port}/fabrikam`)));
        assert.equal(error.failure, 'blocked');
        assert.match(error.message, /the token was not sent there/);
        assert.deepEqual([server.sockets.length, server.requests.length], [0, 0]);
      });
    }

    it('and never to a metadata service, private or not', async () => {
      for (const reach of ['public', 'private'] as const) {
        for (const host of ['169.254.169.254', '[fe80::1]', '168.63.129.16']) {
          const call = clientFor({ reachOf: () => reach }).send(get(`http://${host}/fabrikam`));
          assert.equal((await failureOf(call)).failure, 'blocked');
        }
      }
    });

    it('and not to a name that resolves to a private network', async () => {
      const server = await serveAnswer(200, {}, '{}');
      for (const name of ['dev.azure.com', 'localhost', 'metadata.google.internal']) {
        const resolve = resolving('127.0.0.1');
        const client = clientFor({ reachOf: () => 'public', resolve });
        const error = await failureOf(client.send(get(`http://${name}:${server.port}/fabrikam`)));
        assert.equal(error.failure, 'blocked');
        assert.ok(error.message.includes(`${name} resolves to 127.0.0.1`), error.message);
      }
      assert.equal(server.sockets.length, 0);
    });

    it('and resolves a name only once, so that a second answer cannot lead elsewhere', async () => {
      const server = await serveAnswer(200, {}, '{}');
      // Nothing listens at the first address; the second one leads to the server.
      const resolve = resolving('127.0.0.2', '127.0.0.1');
      const client = clientFor({ resolve });
      const url = `http://azure.example:${server.port}/fabrikam`;
      const first = await failureOf(client.send(get(url)));
      assert.match(first.message, /ECONNREFUSED 127\.0\.0\.2/);
      assert.deepEqual([resolve.names.length, server.sockets.length], [1, 0]);
      await client.send(get(url));
      assert.deepEqual([resolve.names.length, server.sockets.length], [2, 1]);
    });

    it('and checks a name again for every connection', async () => {
      const server = await serve((_, response) => {
        response.writeHead(200, { Connection: 'close' }).end('{}');
      });
      const resolve = resolving('127.0.0.1', '169.254.169.254');
      const client = clientFor({ resolve });
      const url = `http://azure.example:${server.port}/fabrikam`;
      await client.send(get(url));
      assert.equal((await failureOf(client.send(get(url)))).failure, 'blocked');
      assert.equal(server.requests.length, 1);
    });

    it('and not to a server with an untrusted certificate', async () => {
      const server = await serve((_, response) => response.end('{}'), 'server');
      const error = await failureOf(clientFor().send(post(`${server.url}/fabrikam`)));
      assert.equal(error.failure, 'unavailable');
      assert.match(error.message, /certificate/);
      assert.equal(server.requests.length, 0);
    });
  });

  describe('distinguishes what was not sent from what may have taken effect', () => {
    const cases: readonly [string, RequestListener][] = [
      ['a broken connection', (_, response) => response.socket?.destroy()],
      [
        'a response that breaks off',
        (_, response) => {
          response.writeHead(200, { 'Content-Length': '100' });
          response.write('{"a":', () => response.socket?.destroy());
        },
      ],
      [
        'a missing response',
        () => {
          // Nothing is ever answered.
        },
      ],
      [
        'a response that does not end',
        (_, response) => void response.writeHead(200).write('{"a":'),
      ],
    ];
    for (const [what, handle] of cases) {
      it(`for ${what}`, async () => {
        const server = await serve(handle);
        const client = clientFor({ timeout: 300 });
        const change = await failureOf(client.send(post(`${server.url}/fabrikam`)));
        assert.equal(change.failure, 'unclear');
        const read = await failureOf(client.send(get(`${server.url}/fabrikam`)));
        assert.equal(read.failure, 'unavailable');
        assert.equal(server.requests.length, 2);
      });
    }

    it('if nothing listens', async () => {
      const port = await closedPort();
      const error = await failureOf(clientFor().send(post(`http://127.0.0.1:${port}/fabrikam`)));
      assert.equal(error.failure, 'unavailable');
      assert.match(error.message, /^POST event: connect ECONNREFUSED .* \(ECONNREFUSED\)$/);
    });

    it('for a name that does not exist', async () => {
      const resolve: Resolve = (name, _, callback) =>
        callback(Object.assign(new Error(`no ${name}`), { code: 'ENOTFOUND' }), []);
      const client = clientFor({ resolve });
      const error = await failureOf(client.send(post('http://azure.example/fabrikam')));
      assert.deepEqual(
        [error.failure, error.reason],
        ['unavailable', 'no azure.example (ENOTFOUND)'],
      );
    });

    it('if waiting for a free connection takes too long', async () => {
      const server = await serve(() => {
        // The one connection stays busy.
      });
      const timeouts = [60_000, 300];
      const client = clientFor({
        get timeout() {
          return timeouts.shift() ?? 300;
        },
        connections: 1,
      });
      const busy = failureOf(client.send(post(`${server.url}/fabrikam`)));
      const waiting = client.send(post(`${server.url}/fabrikam`, { name: 'POST log lines' }));
      const { failure, reason } = await failureOf(waiting);
      assert.deepEqual([failure, reason], ['unavailable', 'no response within 0.3 s (TIMEOUT)']);
      assert.equal(server.requests.length, 1);
      await client.close();
      assert.equal((await busy).failure, 'unclear');
    });

    it('when a client is closed during a call, and after it', async () => {
      const server = await serve(() => void client.close());
      const client = clientFor();
      assert.equal(
        (await failureOf(client.send(post(`${server.url}/fabrikam`)))).failure,
        'unclear',
      );
      assert.equal(
        (await failureOf(client.send(post(`${server.url}/fabrikam`)))).failure,
        'unavailable',
      );
    });
  });

  it('reads 1 MiB of a response, or as much as the call allows', async () => {
    const server = await serveAnswer(200, {}, 'x'.repeat(1024 * 1024 + 1));
    const client = clientFor();
    const url = `${server.url}/fabrikam`;
    const read = await failureOf(client.send(get(url)));
    assert.deepEqual(
      [read.failure, read.reason],
      ['refused', 'the response is larger than 1048576 bytes (TOO_LARGE)'],
    );
    assert.equal((await failureOf(client.send(post(url)))).failure, 'unclear');
    const text = await client.send(get(url, { maxBytes: 2 * 1024 * 1024 }));
    assert.equal(text.length, 1024 * 1024 + 1);
  });

  it("ends with the signal's reason", async () => {
    const controller = new AbortController();
    const reason = new Error('no more');
    const server = await serve(() => controller.abort(reason));
    const { signal } = controller;
    await assert.rejects(clientFor().send(post(`${server.url}/fabrikam`, { signal })), reason);
  });

  it('opens no more connections to a server than allowed', async () => {
    const waiting: (() => void)[] = [];
    let most = 0;
    const server = await serve((_, response) => {
      waiting.push(() => void response.end('{}'));
      most = Math.max(most, waiting.length);
      if (waiting.length === 3) setImmediate(() => waiting.splice(0).forEach((go) => go()));
    });
    const client = clientFor({ connections: 3 });
    const calls = Array.from({ length: 12 }, () => client.send(get(`${server.url}/fabrikam`)));
    assert.equal((await Promise.all(calls)).length, 12);
    assert.deepEqual([most, server.sockets.length], [3, 3]);
  });

  it('reports every call to the observer, with a status or a failure', async () => {
    const seen: unknown[] = [];
    const observe: NonNullable<AzureHttpSettings['observe']> = ({ seconds, ...call }) => {
      assert.ok(seconds >= 0 && seconds < 20, String(seconds));
      seen.push([call.name, call.code, call.failure]);
    };
    const client = clientFor({ observe });
    const [good, bad] = [await serveAnswer(204, {}, ''), await serveAnswer(503, {}, '')];
    await client.send(get(`${good.url}/fabrikam`));
    await failureOf(client.send(post(`${bad.url}/fabrikam`)));
    await failureOf(client.send(get(`http://127.0.0.1:${await closedPort()}/fabrikam`)));
    const signal = AbortSignal.abort();
    await assert.rejects(client.send(get(`${good.url}/fabrikam`, { signal })));
    assert.deepEqual(seen, [
      ['GET plan', 204, undefined],
      ['POST event', 503, 'unavailable'],
      ['GET plan', 'unavailable', 'unavailable'],
      ['GET plan', 'aborted', 'aborted'],
    ]);
  });

  it('can be closed without ever having been used', async () => {
    await clientFor().close();
  });
});
