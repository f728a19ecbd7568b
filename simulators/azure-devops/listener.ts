import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Heard {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A server that records requests, for tests of the sending side. */
export class Listener {
  readonly heard: Heard[] = [];
  readonly #server: Server;

  private constructor(reply: (heard: Heard) => Promise<Reply | undefined> | Reply | undefined) {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const heard = {
          method: request.method ?? '',
          url: request.url ?? '',
          headers: request.headers as Record<string, string>,
          body: Buffer.concat(chunks).toString('utf8'),
        };
        this.heard.push(heard);
        void Promise.resolve(reply(heard)).then((said) => {
          if (said) response.writeHead(said.status, said.headers).end(said.body ?? '');
        });
      });
    });
  }

  /** If the reply is undefined, the request gets no response. */
  static async start(
    reply: (heard: Heard) => Promise<Reply | undefined> | Reply | undefined = () => ({
      status: 200,
    }),
  ): Promise<Listener> {
    const listener = new Listener(reply);
    await new Promise<void>((resolve) => listener.#server.listen(0, '127.0.0.1', resolve));
    return listener;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }
}
