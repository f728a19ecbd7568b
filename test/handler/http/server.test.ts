import assert from 'node:assert/strict';
import { systemClock } from '../../../src/async/clock.ts';
import { longestBody } from '../../../src/handler/http/body-text.ts';
import { serverLimits, type ServerLimits } from '../../../src/handler/http/limits.ts';
import {
  startServer,
  type RequestListener,
  type RunningServer,
} from '../../../src/handler/http/server.ts';
import { UserError } from '../../../src/user-error.ts';
import { requestHeaders, syncBody } from './example-requests.ts';
import { front } from './front.ts';
import { RawConnection, rawRequest } from './raw-connection.ts';

const host = { Host: 'handler.example.com' };
const headers = { ...host, ...requestHeaders };

describe('The server', () => {
  const open: RunningServer[] = [];
  const connections: RawConnection[] = [];

  afterEach(async () => {
    for (const connection of connections.splice(0)) connection.destroy();
    for (const server of open.splice(0)) await server.close();
  });

  async function start(limits: Partial<ServerLimits> = {}, application?: RequestListener) {
    const world = front();
    const server = await startServer(application ?? world.app, {
      name: 'listen.public',
      listener: { host: '127.0.0.1', port: 0 },
      clock: systemClock,
      limits: { ...serverLimits, ...limits },
    });
    open.push(server);
    return { ...world, server };
  }

  async function connect({ port }: RunningServer): Promise<RawConnection> {
    const connection = await RawConnection.open(port);
    connections.push(connection);
    return connection;
  }

  const sized = (body: string) => ({
    ...headers,
    'Content-Length': String(Buffer.byteLength(body)),
  });

  it('answers one request after another on a connection', async () => {
    const { server, intake } = await start();
    const connection = await connect(server);
    const body = syncBody();
    connection.write(rawRequest('POST', '//v1/syncs', sized(body), body));
    await connection.until(/202 Accepted[^]*"run-1"/);
    connection.write(rawRequest('POST', '/v1/syncs', sized(body), body));
    await connection.until(/"run-2"/);
    assert.equal(intake.orders.length, 2);
  });

  it('accepts a body of unknown length', async () => {
    const { server } = await start();
    const connection = await connect(server);
    const body = syncBody();
    const chunked = { ...headers, 'Transfer-Encoding': 'chunked' };
    const size = Buffer.byteLength(body).toString(16);
    connection.write(rawRequest('POST', '/v1/syncs', chunked, `${size}\r\n${body}\r\n0\r\n\r\n`));
    await connection.until(/"run-1"/);
  });

  it('refuses a body with an excessive declared length without waiting for it', async () => {
    const { server } = await start();
    const connection = await connect(server);
    const length = { ...headers, 'Content-Length': String(longestBody + 1) };
    connection.write(rawRequest('POST', '/v1/syncs', length, 'x'));
    await connection.until(/^HTTP\/1\.1 413 [^]*256 KiB/);
  });

  it('refuses a body of unknown length as soon as it is too long', async () => {
    const { server } = await start();
    const connection = await connect(server);
    const chunk = 'x'.repeat(65_536);
    connection.write(
      rawRequest('POST', '/v1/syncs', { ...headers, 'Transfer-Encoding': 'chunked' }),
    );
    for (let count = 0; count < 5; count += 1) connection.write(`10000\r\n${chunk}\r\n`);
    await connection.until(/^HTTP\/1\.1 413 [^]*256 KiB/);
  });

  it('refuses an unknown caller without waiting for the body', async () => {
    const { server } = await start();
    const connection = await connect(server);
    const wrong = { ...headers, Authorization: 'Bearer wrong', 'Content-Length': '200000' };
    connection.write(rawRequest('POST', '/v1/syncs', wrong, 'x'));
    await connection.until(/^HTTP\/1\.1 401 /);
  });

  it('ends connections whose headers do not arrive', async () => {
    const { server } = await start({ headersTimeout: 100, requestTimeout: 1_000 });
    const connection = await connect(server);
    connection.write('POST /v1/syncs HTTP/1.1\r\nHost: x\r\n');
    assert.match(await connection.end(), /^HTTP\/1\.1 408 /);
  });

  it('ends connections whose body does not arrive', async () => {
    const { server, intake } = await start({ headersTimeout: 100, requestTimeout: 200 });
    const connection = await connect(server);
    connection.write(
      rawRequest('POST', '/v1/syncs', { ...headers, 'Content-Length': '9999' }, 'x'),
    );
    await connection.end();
    assert.equal(intake.orders.length, 0);
  });

  it('ends idle connections', async () => {
    const { server } = await start({ keepAliveTimeout: 50 });
    const connection = await connect(server);
    connection.write(rawRequest('GET', '/nothing', host));
    assert.match(await connection.end(), /^HTTP\/1\.1 404 /);
  });

  it('refuses headers that are too long', async () => {
    const { server } = await start();
    const connection = await connect(server);
    const long = { ...host, Long: 'x'.repeat(serverLimits.headerSize) };
    connection.write(rawRequest('GET', '/v1/whoami', long));
    assert.match(await connection.end(), /^HTTP\/1\.1 431 /);
  });

  it('refuses too many headers, but accepts the maximum', async () => {
    const { server } = await start();
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`X-${index}`, 'x']));
    const full = await connect(server);
    full.write(rawRequest('GET', '/nothing', { ...host, ...many(serverLimits.headerCount - 1) }));
    await full.until(/^HTTP\/1\.1 404 /);
    const overfull = await connect(server);
    overfull.write(rawRequest('GET', '/nothing', { ...host, ...many(serverLimits.headerCount) }));
    assert.match(await overfull.end(), /^HTTP\/1\.1 431 [^]*Too many headers/);
  });

  it('accepts the longest token that Azure Pipelines may send', async () => {
    const { server } = await start();
    const connection = await connect(server);
    const body = syncBody();
    const long = { ...sized(body), AuthToken: 'x'.repeat(8_192) };
    connection.write(rawRequest('POST', '/v1/syncs', long, body));
    await connection.until(/"run-1"/);
  });

  it('accepts no more connections at once than allowed', async () => {
    const { server } = await start({ connections: 2 });
    const first = await connect(server);
    const second = await connect(server);
    for (const each of [first, second]) {
      each.write(rawRequest('GET', '/nothing', host));
      await each.until(/404/);
    }
    assert.equal(await (await connect(server)).end(), '');
    first.destroy();
    await first.end();
    await answered(server);
  });

  /** A connection is free a moment after it was closed. */
  async function answered(server: RunningServer): Promise<void> {
    for (;;) {
      const connection = await connect(server);
      connection.write(rawRequest('GET', '/nothing', { ...host, Connection: 'close' }));
      if ((await connection.end()).includes('404')) return;
    }
  }

  const unreadable: readonly (readonly [string, string])[] = [
    ['something that is not HTTP', 'hello\r\n\r\n'],
    ['no host', 'GET / HTTP/1.1\r\n\r\n'],
    ['an invalid host', 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n'],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx',
    ],
    [
      'both a length and chunks',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a path with a backslash', 'GET /\\evil HTTP/1.1\r\nHost: x\r\n\r\n'],
  ];
  for (const [what, text] of unreadable) {
    it(`refuses ${what}`, async () => {
      const { server } = await start();
      const connection = await connect(server);
      connection.write(text);
      await connection.until(/^HTTP\/1\.1 400 /);
    });
  }

  it('continues if a caller leaves in the middle of a request', async () => {
    const { server, errors } = await start();
    for (let count = 0; count < 5; count += 1) {
      const connection = await connect(server);
      connection.write(rawRequest('POST', '/v1/syncs', { ...headers, 'Content-Length': '9' }, 'x'));
      connection.destroy();
      await connection.end();
    }
    const connection = await connect(server);
    const body = syncBody();
    connection.write(rawRequest('POST', '/v1/syncs', sized(body), body));
    await connection.until(/"run-1"/);
    assert.deepEqual(errors, []);
  });

  it('finishes current requests before it closes, and accepts no new ones', async () => {
    let finish = () => undefined as void;
    const reached = new Promise<void>((resolve) => {
      finish = resolve;
    });
    let isAsked = () => undefined as void;
    const asked = new Promise<void>((resolve) => {
      isAsked = resolve;
    });
    const { server } = await start(undefined, {
      fetch: async () => {
        isAsked();
        await reached;
        return new Response('done');
      },
    });
    const connection = await connect(server);
    connection.write(rawRequest('GET', '/', host));
    await asked;
    const closing = server.close();
    await assert.rejects(RawConnection.open(server.port), { code: 'ECONNREFUSED' });
    finish();
    assert.match(await connection.end(), /done/);
    await closing;
    open.length = 0;
  });

  it('closes immediately if connections are idle', async () => {
    const { server } = await start();
    const connection = await connect(server);
    connection.write(rawRequest('GET', '/nothing', host));
    await connection.until(/404/);
    await server.close();
    open.length = 0;
    await connection.end();
  });

  const impossible: readonly (readonly [string, string, number | undefined, RegExp])[] = [
    [
      'a port in use',
      '127.0.0.1',
      undefined,
      /cannot listen on 127\.0\.0\.1:\d+: the port is already in use/,
    ],
    ['an address of another machine', '192.0.2.1', 0, /this machine does not have that address/],
    ['an unknown host', 'nowhere.invalid', 0, /unknown host/],
  ];
  for (const [what, address, port, message] of impossible) {
    it(`says what to do about ${what}`, async () => {
      const { server, app } = await start();
      const starting = startServer(app, {
        name: 'listen.public',
        listener: { host: address, port: port ?? server.port },
        clock: systemClock,
      });
      await assert.rejects(starting, (error) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, message);
        assert.match(error.advice, /listen\.public/);
        return true;
      });
    });
  }
});
