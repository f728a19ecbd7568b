import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A connection on which a test writes exactly what it wants. */
export class RawConnection {
  readonly #socket: Socket;
  readonly #closed: Promise<void>;
  #received = '';

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => (this.#received += text));
    // A server may end a connection in any way; only what it sent before matters.
    socket.on('error', () => undefined);
  }

  static async open(port: number): Promise<RawConnection> {
    const socket = connect(port, '127.0.0.1');
    const connection = new RawConnection(socket);
    await once(socket, 'connect');
    return connection;
  }

  write(text: string): void {
    this.#socket.write(text);
  }

  /** Everything received until now. */
  get received(): string {
    return this.#received;
  }

  /** Resolves when the received text matches. */
  async until(pattern: RegExp): Promise<string> {
    while (!pattern.test(this.#received)) {
      if (this.#socket.destroyed) throw new Error(`it was closed after: ${this.#received}`);
      await Promise.race([once(this.#socket, 'data'), this.#closed]);
    }
    return this.#received;
  }

  /** Everything received until the server closed the connection. */
  async end(): Promise<string> {
    await this.#closed;
    return this.#received;
  }

  /** Ends the sending side. */
  finish(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

/** A request as text. */
export function rawRequest(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body = '',
): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`${method} ${path} HTTP/1.1`, ...lines, '', body].join('\r\n');
}
