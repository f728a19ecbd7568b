import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { isIPv6 } from 'node:net';
import type { Connection } from '../../../src/argocd/rest/connection.ts';
import { Secret } from '../../../src/secret.ts';

export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A real server that responds as a test wants. */
export interface Server {
  readonly url: string;
  readonly port: number;
  /** Every request, with its body, before it is handled. */
  readonly requests: readonly SeenRequest[];
  /** The connections that were opened, including closed ones. */
  readonly sockets: readonly Socket[];
  stop(): Promise<void>;
}

const running = new Set<Server>();

/** Serves on a free port, with the certificate of this name in test/fixtures/tls. */
export async function serve(
  handle: RequestListener,
  certificate?: string,
  address = '127.0.0.1',
): Promise<Server> {
  const requests: SeenRequest[] = [];
  const sockets: Socket[] = [];
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      requests.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
      handle(request, response);
    });
  };
  const server =
    certificate === undefined
      ? createServer(listener)
      : createTlsServer(
          { cert: readPem(`${certificate}.pem`), key: readPem(`${certificate}.key`) },
          listener,
        );
  server.on('connection', (socket: Socket) => sockets.push(socket));
  server.listen(0, address);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const scheme = certificate === undefined ? 'http' : 'https';
  const served: Server = {
    url: `${scheme}://${isIPv6(address) ? `[${address}]` : address}:${port}`,
    port,
    requests,
    sockets,
    async stop() {
      running.delete(served);
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  running.add(served);
  return served;
}

/** Stops all servers that a test left running. */
export async function stopServers(): Promise<void> {
  await Promise.all([...running].map((server) => server.stop()));
}

/** Sends one response to every request. */
export function serveAnswer(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | Buffer,
): Promise<Server> {
  return serve((_, response) => response.writeHead(status, headers).end(body));
}

/** A port on which nothing listens. */
export async function closedPort(): Promise<number> {
  const server = await serve((_, response) => response.end());
  await server.stop();
  return server.port;
}

export function readPem(name: string): string {
  return readFileSync(new URL(`../../fixtures/tls/${name}`, import.meta.url), 'utf8');
}

export const token = 'header.claims.signature-of-the-token';

/** A connection with a token and default settings. */
export function connectionTo(url: string, special: Partial<Connection> = {}): Connection {
  return {
    url,
    credential: { kind: 'token', token: new Secret(token) },
    ca: undefined,
    skipTlsVerify: false,
    headers: [],
    proxy: undefined,
    ...special,
  };
}

/** A signal that is never aborted. */
export const noAbort = new AbortController().signal;
