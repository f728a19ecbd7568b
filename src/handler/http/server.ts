import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Clock } from '../../async/clock.ts';
import { UserError } from '../../user-error.ts';
import type { Listener } from '../config/config.ts';
import { serverLimits, type ServerLimits } from './limits.ts';

/** What answers requests: a Hono app has it. */
export interface RequestListener {
  fetch(request: Request): Response | Promise<Response>;
}

/** A listener that takes connections. */
export interface RunningServer {
  /** The one that was asked for, or the one that the system chose where that was 0. */
  readonly port: number;
  /** Takes no further connection, and ends those that are left after a grace. */
  close(): Promise<void>;
}

/** Where a server listens, and its limits: `serverLimits` unless told. */
export interface ServerSettings {
  /** The listener's place in the configuration, such as `listen.public`. */
  readonly name: string;
  readonly listener: Listener;
  readonly clock: Clock;
  readonly limits?: ServerLimits;
}

/** Connections that wait to be taken; Node's own 511 are few for a wave of runs. */
const backlog = 4_096;
/** Milliseconds that requests have to end when the server closes. */
const grace = 2_000;

/** Listens. Rejects with a `UserError` where it cannot. */
export async function startServer(
  application: RequestListener,
  { name, listener, clock, limits = serverLimits }: ServerSettings,
): Promise<RunningServer> {
  const answer = getRequestListener((request) => application.fetch(request), {
    overrideGlobalObjects: false,
    errorHandler: () => refuse(400, 'The request cannot be parsed.'),
  });
  const server = createServer(
    {
      maxHeaderSize: limits.headerSize,
      headersTimeout: limits.headersTimeout,
      requestTimeout: limits.requestTimeout,
      keepAliveTimeout: limits.keepAliveTimeout,
      connectionsCheckingInterval: Math.min(1_000, limits.headersTimeout),
    },
    (request, response) => {
      // A connection whose last request is answered would stay open for the next one.
      response.once('close', () => {
        if (!server.listening) server.closeIdleConnections();
      });
      if (request.rawHeaders.length / 2 > limits.headerCount) refuseHeaders(request, response);
      else void answer(request, response);
    },
  );
  // Node drops what is beyond this count without a word; one more shows that there were too many.
  server.maxHeadersCount = limits.headerCount + 1;
  server.maxConnections = limits.connections;
  await listen(server, name, listener);
  return {
    port: (server.address() as AddressInfo).port,
    close: () => close(server, clock),
  };
}

async function listen(server: Server, name: string, { host, port }: Listener): Promise<void> {
  const listening = once(server, 'listening');
  server.listen({ port, host, backlog });
  try {
    await listening;
  } catch (error) {
    throw listenError(error, name, `${host}:${port}`);
  }
}

function listenError(error: unknown, name: string, address: string): Error {
  const { code } = error as NodeJS.ErrnoException;
  const advices: Readonly<Record<string, readonly [string, string]>> = {
    EADDRINUSE: [
      'the port is already in use',
      `Stop the program that uses it, or choose another port: ${name}.`,
    ],
    EACCES: [
      'permission denied',
      `Ports below 1024 require privileges: choose another port: ${name}.`,
    ],
    EADDRNOTAVAIL: ['this machine does not have that address', `Correct the host in ${name}.`],
    ENOTFOUND: ['unknown host', `Correct the host in ${name}.`],
  };
  const known = advices[code ?? ''];
  if (known === undefined) return error instanceof Error ? error : new Error(String(error));
  const [why, advice] = known;
  return new UserError(`The handler cannot listen on ${address}: ${why}`, advice, { cause: error });
}

async function close(server: Server, clock: Clock): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  const isOver = new AbortController();
  await Promise.race([closed, clock.sleep(grace, isOver.signal)]);
  isOver.abort();
  server.closeAllConnections();
  await closed;
}

function refuse(status: number, message: string): Response {
  return Response.json({ message, faults: [] }, { status });
}

function refuseHeaders(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  response.writeHead(431, { 'Content-Type': 'application/json', Connection: 'close' });
  response.end(JSON.stringify({ message: 'There are too many headers.', faults: [] }));
}
