import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent } from 'undici';
import type { ExchangeBounds, AzureRequest } from '../../../src/azure/http/exchange.ts';
import { BrokenExchange, exchange } from '../../../src/azure/http/exchange.ts';
import { closedPort, noAbort, serve, serveAnswer, stopServers } from '../../argocd/rest/server.ts';

const agents: Agent[] = [];

function agent(options: Agent.Options = {}): Agent {
  const made = new Agent(options);
  agents.push(made);
  return made;
}

function get(origin: string, path = '/x'): AzureRequest {
  return { origin, path, method: 'GET', headers: {}, body: undefined };
}

function bounds(special: Partial<ExchangeBounds> = {}): ExchangeBounds {
  return { timeout: 5000, maxBytes: 100_000, signal: noAbort, ...special };
}

async function brokenBy(call: Promise<unknown>): Promise<BrokenExchange> {
  const error: unknown = await call.then(
    () => assert.fail('an answer came'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof BrokenExchange, String(error));
  return error;
}

describe('An exchange', () => {
  afterEach(async () => {
    await Promise.all(agents.splice(0).map((one) => one.destroy()));
    await stopServers();
  });

  it('returns status, headers and text', async () => {
    const server = await serveAnswer(418, { 'X-Kind': 'tea' }, 'grün');
    const { status, headers, text } = await exchange(agent(), get(server.url), bounds());
    assert.deepEqual([status, headers['x-kind'], text], [418, 'tea', 'grün']);
  });

  it('returns a redirect unchanged', async () => {
    const server = await serveAnswer(302, { Location: '/y' }, '');
    const { status, headers } = await exchange(agent(), get(server.url), bounds());
    assert.deepEqual([status, headers.location, server.requests.length], [302, '/y', 1]);
  });

  it('skips informational responses', async () => {
    const server = await serve((_, response) => {
      response.writeProcessing();
      response.writeHead(200, { 'X-Kind': 'last' }).end('x');
    });
    const { status, headers } = await exchange(agent(), get(server.url), bounds());
    assert.deepEqual([status, headers['x-kind']], [200, 'last']);
  });

  it('reassembles a character that spans two chunks', async () => {
    const bytes = Buffer.from('"ü"');
    const server = await serve((_, response) => {
      response.write(bytes.subarray(0, 2), () => response.end(bytes.subarray(2)));
    });
    assert.equal((await exchange(agent(), get(server.url), bounds())).text, '"ü"');
  });

  describe('that breaks', () => {
    it('before it is sent says so', async () => {
      const origin = `http://127.0.0.1:${await closedPort()}`;
      const error = await brokenBy(exchange(agent(), get(origin), bounds()));
      assert.deepEqual([error.code, error.isSent], ['ECONNREFUSED', false]);
    });

    it('because of an untrusted certificate was not sent', async () => {
      const server = await serve((_, response) => response.end(), 'server');
      const error = await brokenBy(exchange(agent(), get(server.url), bounds()));
      assert.deepEqual([error.isSent, server.requests.length], [false, 0]);
    });

    it('after it is sent says so', async () => {
      const server = await serve((_, response) => response.socket?.destroy());
      const error = await brokenBy(exchange(agent(), get(server.url), bounds()));
      assert.deepEqual([error.isSent, server.requests.length], [true, 1]);
    });

    it('because of its own time limit says so', async () => {
      const server = await serve((_, response) => void response.writeHead(200).write('{'));
      const error = await brokenBy(exchange(agent(), get(server.url), bounds({ timeout: 200 })));
      assert.deepEqual(
        [error.message, error.code, error.isSent],
        ['no response within 0.2 s', 'TIMEOUT', true],
      );
    });

    it('on every address of a host gives the reason for each', async () => {
      const failing = agent({
        connect: (_, callback) => {
          const errors = [new Error('not here'), new Error('nor here')];
          callback(Object.assign(new AggregateError(errors), { code: 'ECONNREFUSED' }), null);
        },
      });
      const error = await brokenBy(exchange(failing, get('http://azure.example'), bounds()));
      assert.deepEqual([error.message, error.code], ['not here, nor here', 'ECONNREFUSED']);
    });
  });

  describe('bounds a response', () => {
    it('to the byte', async () => {
      const server = await serveAnswer(200, {}, 'x'.repeat(1000));
      const { text } = await exchange(agent(), get(server.url), bounds({ maxBytes: 1000 }));
      assert.equal(text.length, 1000);
      const error = await brokenBy(exchange(agent(), get(server.url), bounds({ maxBytes: 999 })));
      assert.deepEqual(
        [error.message, error.code, error.isSent],
        ['the response is larger than 999 bytes', 'TOO_LARGE', true],
      );
    });

    it('that does not end, and cuts the connection', async () => {
      const cut: Promise<unknown>[] = [];
      const server = await serve((_, response) => {
        cut.push(once(response, 'close'));
        const more = () => {
          while (response.write('x'.repeat(10_000)));
          response.once('drain', more);
        };
        more();
      });
      const error = await brokenBy(exchange(agent(), get(server.url), bounds()));
      assert.deepEqual([error.code, cut.length], ['TOO_LARGE', 1]);
      await Promise.all(cut);
    });
  });

  describe('ends with its signal', () => {
    const reason = new Error('no more');

    it('that was aborted before: no connection is opened', async () => {
      const server = await serveAnswer(200, {}, '{}');
      const one = agent({ connections: 1 });
      const signal = AbortSignal.abort(reason);
      await assert.rejects(exchange(one, get(server.url), bounds({ signal })), reason);
      await exchange(one, get(server.url), bounds());
      assert.deepEqual([server.requests.length, server.sockets.length], [1, 1]);
    });

    it('during the call: the connection is cut', async () => {
      const controller = new AbortController();
      const cut: Promise<unknown>[] = [];
      const server = await serve((request) => {
        cut.push(once(request.socket, 'close'));
        controller.abort(reason);
      });
      const { signal } = controller;
      await assert.rejects(exchange(agent(), get(server.url), bounds({ signal })), reason);
      assert.equal(cut.length, 1);
      await Promise.all(cut);
    });

    it('while it waits for a connection: it is never sent', async () => {
      const controller = new AbortController();
      const server = await serve((request, response) => {
        if (request.url === '/first') controller.abort(reason);
        response.end('{}');
      });
      const one = agent({ connections: 1 });
      const first = exchange(one, get(server.url, '/first'), bounds());
      const { signal } = controller;
      const aborted = exchange(one, get(server.url, '/aborted'), bounds({ signal }));
      await assert.rejects(aborted, reason);
      await first;
      await exchange(one, get(server.url, '/third'), bounds());
      assert.deepEqual(
        server.requests.map(({ url }) => url),
        ['/first', '/third'],
      );
    });
  });

  it('leaves no timer behind', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout');
    const server = await serveAnswer(200, {}, '{}');
    const before = timers().length;
    await exchange(agent(), get(server.url), bounds());
    const signal = AbortSignal.abort();
    await assert.rejects(exchange(agent(), get(server.url), bounds({ signal })));
    await brokenBy(exchange(agent(), get(server.url), bounds({ maxBytes: 1 })));
    assert.equal(timers().length, before);
  });
});
