import assert from 'node:assert/strict';
import fc from 'fast-check';
import { systemClock } from '../../../src/async/clock.ts';
import { refusalSchema } from '../../../src/handler/http/answers.ts';
import { startServer } from '../../../src/handler/http/server.ts';
import { clientToken, jobToken, requestHeaders, syncBody } from './example-requests.ts';
import type { HookPorts } from '../../../src/handler/http/hook-routes.ts';
import { front, read } from './front.ts';
import { fuzzedRequest } from './fuzzed-request.ts';
import { grant, hooked } from './hooked-front.ts';
import { RawConnection, rawRequest } from './raw-connection.ts';

const usual = [200, 202, 400, 401, 403, 404, 405, 409, 413];
const limits = { requestsPerSecond: 1_000_000, burst: 1_000_000, pendingRuns: 1_000_000 };

describe('The public routes, under 2,000 requests of all kinds,', () => {
  it('respond to each as documented, and never with a token', async function () {
    this.timeout(60_000);
    let hooks = 0;
    // Each comes from another caller, so that none calls too often.
    const identify: HookPorts['callers']['identify'] = (proof) =>
      Promise.resolve(
        proof.header('Authorization') === `Bearer ${clientToken}`
          ? {
              caller: 'prod',
              account: { namespace: 'shop', name: `hook-${++hooks}`, pod: undefined },
            }
          : { kind: 'unauthenticated', message: 'Nobody.' },
      );
    const granted = [{ ...grant, serviceAccounts: ['hook-*'] }];
    const { app, intake, errors, hooks: told } = hooked(identify, granted, { limits });
    const counts = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(fuzzedRequest, async ({ method, path, headers, body }) => {
        const before = intake.orders.length;
        const init = {
          method,
          headers: headers.map(([name, value]): [string, string] => [name, value]),
        };
        const response = await app.request(path, method === 'GET' ? init : { ...init, body });
        const { status, text, body: json } = await read(response);
        counts.set(status, (counts.get(status) ?? 0) + 1);
        assert.ok(usual.includes(status), `${status} ${text}`);
        assert.ok(text.length < 8_000);
        // A token in an unexpected place cannot be recognized.
        const tokens = [jobToken, clientToken].filter((token) =>
          headers.some(([name, value]) => /^auth/i.test(name) && value.endsWith(token)),
        );
        for (const token of tokens) assert.ok(!text.includes(token), text);
        if (status >= 400) assert.ok(refusalSchema.safeParse(json).success, text);
        if (status !== 202) assert.equal(intake.orders.length, before);
        assert.deepEqual(errors, []);
      }),
      { numRuns: 2_000 },
    );
    const known = intake.orders.filter(({ token }) => token.reveal() === jobToken);
    const stored = JSON.stringify(known.map(({ spec }) => spec));
    assert.ok(!stored.includes(jobToken) && !stored.includes(clientToken));
    // A fuzzer that is refused at the first check tests nothing behind it.
    for (const status of [200, 202, 400, 401, 403])
      assert.ok((counts.get(status) ?? 0) > 5, `${status}`);
    assert.ok(told.calls.length > 20 && told.waits.length > 20);
  });
});

describe('The server, under scrambled bytes,', () => {
  it('responds to the next request', async function () {
    this.timeout(60_000);
    const { app, errors } = front({ limits });
    const server = await startServer(app, {
      name: 'listen.public',
      listener: { host: '127.0.0.1', port: 0 },
      clock: systemClock,
    });
    const body = syncBody();
    const headers = { Host: 'x', ...requestHeaders, 'Content-Length': String(body.length) };
    const valid = rawRequest('POST', '/v1/syncs', { ...headers, Connection: 'close' }, body);
    const edit = fc.tuple(
      fc.nat(valid.length),
      fc.nat(40),
      fc.string({ unit: 'binary', maxLength: 9 }),
    );
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
          const mixed = edits.reduce(
            (text, [at, length, filling]) => text.slice(0, at) + filling + text.slice(at + length),
            valid,
          );
          const connection = await RawConnection.open(server.port);
          connection.write(mixed);
          connection.finish();
          const answer = await connection.end();
          assert.ok(!/^HTTP\/1\.1 5/.test(answer), answer);
        }),
        { numRuns: 200 },
      );
      const connection = await RawConnection.open(server.port);
      connection.write(valid);
      assert.match(await connection.end(), /^HTTP\/1\.1 202 /);
      assert.deepEqual(errors, []);
    } finally {
      await server.close();
    }
  });
});
