import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Clock } from '../../async/clock.ts';
import { UserError } from '../../user-error.ts';
import type { Listener } from '../config/config.ts';
import { serverLimits, type ServerLimits } from './limits.ts';

/** What answers requests; a Hono app is one. */
export interface RequestListener {
  fetch(request: Request): Response | Promise<Response>;
}

/** A listener that accepts connections. */
export interface RunningServer {
  /** The requested port, or the one that the system chose for 0. */
  readonly port: number;
  /** Accepts no more connections, and closes the open ones after a grace period. */
  close(): Promise<void>;
}

/** Where a server listens, and its limits; default: `serverLimits`. */
export interface ServerSettings {
  /** The listener's name in the configuration, such as `listen.public`. */
  readonly name: string;
  readonly listener: Listener;
  readonly clock: Clock;
  readonly limits?: ServerLimits;
}

/** Pending connections; Node's default of 511 is too low for a burst of runs. */
const backlog = 4_096;
/** Grace period for open requests when the server closes, in milliseconds. */
const grace = 2_000;

/** Starts to listen. Rejects with a `UserError` if it cannot. */
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
      // An idle connection would otherwise stay open for its next request.
      response.once('close', () => {
        if (!server.listening) server.closeIdleConnections();
      });
      if (request.rawHeaders.length / 2 > limits.headerCount) refuseHeaders(request, response);
      else void answer(request, response);
    },
  );
  // Node silently drops headers beyond this count; one more shows that there were too many.
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
  response.end(JSON.stringify({ message: 'Too many headers.', faults: [] }));
}
