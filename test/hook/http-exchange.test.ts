import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'mocha';
import { exchange } from '../../src/hook/http-exchange.ts';

describe('The HTTP exchange of a hook', () => {
  let server: Server;
  let headers: Record<string, string> = {};
  let body = 'told';
  before(async () => {
    server = createServer((_request, response) => {
      response.writeHead(503, headers).end(body);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  const ask = (signal = new AbortController().signal) => {
    const { port } = server.address() as AddressInfo;
    return exchange({ url: `http://127.0.0.1:${port}/`, method: 'GET', headers: {}, signal });
  };

  const waits: readonly [string, Record<string, string>, number][] = [
    ['nothing', {}, 0],
    ['seconds', { 'Retry-After': '7' }, 7_000],
    ['a day', { 'Retry-After': '86400' }, 600_000],
    ['a negative number', { 'Retry-After': '-5' }, 0],
    ['words', { 'Retry-After': 'soon' }, 0],
    [
      'a date',
      { Date: 'Sun, 29 Nov 2026 04:00:00 GMT', 'Retry-After': 'Sun, 29 Nov 2026 04:00:30 GMT' },
      30_000,
    ],
  ];
  for (const [what, sent, expected] of waits) {
    it(`reads Retry-After like other calls: ${what}`, async () => {
      headers = sent;
      assert.deepEqual(await ask(), { status: 503, retryAfter: expected, text: 'told' });
    });
  }

  it('refuses an oversized response', async () => {
    [headers, body] = [{}, 'x'.repeat(1_024 * 1_024 + 1)];
    await assert.rejects(ask(), /too long/);
  });

  it("rejects with the signal's reason", async () => {
    const reason = new Error('terminated');
    await assert.rejects(ask(AbortSignal.abort(reason)), reason);
  });
});
