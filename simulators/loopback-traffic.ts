import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

/**
 * What is in transit over TCP between sockets of this process. Node publishes every socket on these two
 * channels. The two ends of a connection are matched by their ports; what one end has written and the other
 * has not read is in transit. Plain sockets only: TLS counts different bytes at each end.
 */
export class LoopbackTraffic {
  readonly #clients = new Set<Socket>();
  readonly #servers = new Set<Socket>();
  readonly #onClient = (message: unknown) => add(this.#clients, message);
  readonly #onServer = (message: unknown) => add(this.#servers, message);

  constructor() {
    subscribe('net.client.socket', this.#onClient);
    subscribe('net.server.socket', this.#onServer);
  }

  stop(): void {
    unsubscribe('net.client.socket', this.#onClient);
    unsubscribe('net.server.socket', this.#onServer);
  }

  /** A number that changes whenever something is written, read, opened or closed. */
  get moved(): number {
    let sum = this.#clients.size + this.#servers.size;
    for (const { bytesRead, bytesWritten } of [...this.#clients, ...this.#servers]) {
      sum += bytesRead + bytesWritten + 1;
    }
    return sum;
  }

  /** Whether something was written and not yet read, or a connection is half open. */
  get isOnItsWay(): boolean {
    // By both ports: for two servers, the kernel may assign the same port twice.
    const place = (client?: number, server?: number) => `${client} ${server}`;
    const servers = new Map(
      [...this.#servers].map((socket) => [place(socket.remotePort, socket.localPort), socket]),
    );
    for (const client of this.#clients) {
      if (client.connecting) return true;
      const key = place(client.localPort, client.remotePort);
      const server = servers.get(key);
      // Not accepted yet, or closed at the other end without this end noticing.
      if (server === undefined) return true;
      servers.delete(key);
      if (server.bytesRead !== client.bytesWritten) return true;
      if (client.bytesRead !== server.bytesWritten) return true;
    }
    return servers.size > 0;
  }
}

function add(sockets: Set<Socket>, message: unknown): void {
  const { socket } = message as { readonly socket: Socket };
  sockets.add(socket);
  socket.once('close', () => sockets.delete(socket));
}
