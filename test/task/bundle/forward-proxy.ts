import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** What passed through a proxy: `CONNECT host:port`, or the method and the whole URL. */
export interface ForwardProxy {
  readonly url: string;
  readonly seen: readonly string[];
  /** What was refused without the right user name and password. */
  readonly refused: readonly string[];
  stop(): Promise<void>;
}

/** A proxy on a free port of 127.0.0.1 that forwards HTTP and tunnels TLS for `user:password`. */
export async function startForwardProxy(credentials: string): Promise<ForwardProxy> {
  const seen: string[] = [];
  const refused: string[] = [];
  const sockets = new Set<Socket>();
  const expected = `Basic ${Buffer.from(credentials).toString('base64')}`;
  const admits = ({ headers, method, url }: IncomingMessage) => {
    const admitted = headers['proxy-authorization'] === expected;
    (admitted ? seen : refused).push(`${method ?? ''} ${url ?? ''}`);
    return admitted;
  };
  const server = createServer((incoming, outgoing) => {
    if (!admits(incoming)) {
      outgoing.writeHead(407).end();
      return;
    }
    const { method, url = '' } = incoming;
    const headers = { ...incoming.headers };
    delete headers['proxy-authorization'];
    const onward = request(url, { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    outgoing.on('close', () => onward.destroy());
    incoming.pipe(onward);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('connect', (incoming: IncomingMessage, client: Socket) => {
    client.on('error', () => client.destroy());
    if (!admits(incoming)) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    const { hostname, port } = new URL(`http://${incoming.url ?? ''}`);
    const server = connect(Number(port), hostname, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      server.pipe(client).pipe(server);
    });
    server.on('error', () => client.destroy());
    client.on('close', () => server.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    refused,
    stop: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
