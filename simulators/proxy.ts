import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { connect, isIPv6 } from 'node:net';

export interface ProxyOptions {
  /** `name:password` that clients must present; if absent, anyone may use the proxy. */
  readonly credentials?: string;
  /** What happens to a tunnel instead of opening it. */
  readonly fault?: 'refuse' | 'silence' | 'cut';
  /** Certificate and key as PEM, if clients use TLS to reach it. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Default: `127.0.0.1`. */
  readonly host?: string;
}

/** A forward proxy: tunnels by CONNECT, and plain HTTP by absolute URLs. */
export interface Proxy {
  readonly url: string;
  /** What clients asked for: `CONNECT host:port` or `GET http://…`. */
  readonly wishes: readonly string[];
  /** The headers of each request. */
  readonly headers: readonly NodeJS.Dict<string | string[]>[];
  stop(): Promise<void>;
}

export async function startProxy({
  credentials,
  fault,
  tls,
  host: address = '127.0.0.1',
}: ProxyOptions = {}): Promise<Proxy> {
  const wishes: string[] = [];
  const headers: NodeJS.Dict<string | string[]>[] = [];
  const sockets = new Set<Socket>();
  const expected = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`;
  const listener: RequestListener = (incoming, outgoing) => {
    wishes.push(`${incoming.method ?? ''} ${incoming.url ?? ''}`);
    headers.push(incoming.headers);
    const { 'proxy-authorization': given, ...rest } = incoming.headers;
    if (expected && given !== expected) {
      outgoing.writeHead(407, { 'Content-Type': 'text/html' }).end('<h1>Proxy</h1>');
      return;
    }
    const { method } = incoming;
    const onward = httpRequest(incoming.url ?? '', { method, headers: rest }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.once('error', () => outgoing.destroy()).pipe(outgoing);
    });
    onward.once('error', () => {
      if (outgoing.headersSent) outgoing.destroy();
      else outgoing.writeHead(502, { 'Content-Type': 'text/html' }).end('<h1>Proxy</h1>');
    });
    incoming.pipe(onward);
  };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket.on('close', () => sockets.delete(socket)));
  });
  server.on('connect', (incoming, client: Socket, head) => {
    wishes.push(`CONNECT ${incoming.url ?? ''}`);
    headers.push(incoming.headers);
    client.on('error', () => client.destroy());
    if (expected && incoming.headers['proxy-authorization'] !== expected) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 5\r\n\r\nProxy');
    } else if (fault === 'refuse') {
      client.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 7\r\n\r\nno host');
    } else if (fault === 'cut') {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.once('data', () => client.destroy());
    } else if (fault !== 'silence') {
      const { hostname, port } = new URL(`http://${incoming.url ?? ''}`);
      const onward = connect(Number(port), hostname.replace(/^\[|\]$/g, ''), () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        onward.write(head);
        onward.pipe(client).pipe(onward);
      });
      onward.on('error', () => client.destroy());
      sockets.add(onward.on('close', () => sockets.delete(onward)));
    }
  });
  server.listen(0, address);
  await once(server, 'listening');
  const scheme = tls ? 'https' : 'http';
  const { port } = server.address() as AddressInfo;
  return {
    url: `${scheme}://${isIPv6(address) ? `[${address}]` : address}:${port}`,
    wishes,
    headers,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
