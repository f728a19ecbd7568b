import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Answer, Api, Call, Route } from './api.ts';
import type { Applications } from './applications.ts';
import type { SimulatedClock } from './clock.ts';
import { ApiError, PlainError } from './errors.ts';
import type { FaultKind, Faults } from './faults.ts';
import { serveStream } from './stream.ts';

/** One request as the server received it. */
export interface SeenRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Real milliseconds since the epoch. */
  readonly at: number;
}

/**
 * Called when a request has arrived, before it has any effect, and again when it has taken effect, before the
 * response. Not called again for a refused request. `drop` cuts the connection.
 */
export type RequestHook = (
  request: SeenRequest,
  stage: 'arrived' | 'applied',
) => Promise<'drop' | undefined> | 'drop' | undefined;

export interface HttpServerSettings {
  readonly routes: readonly Route[];
  /** Identifies callers, and what a stream selects. */
  readonly api: Api;
  readonly applications: Applications;
  readonly clock: SimulatedClock;
  readonly faults: Faults;
  readonly rootPath: string;
  readonly tls: { readonly key: string; readonly cert: string } | undefined;
  readonly heartbeat: number;
  /** Allowed in requests other than GET; if empty, all are. */
  readonly contentTypes: readonly string[];
}

const streamPath = '/api/v1/stream/applications';
const page = '<!doctype html><html><head><title>Argo CD</title></head><body></body></html>';

function pattern(path: string): RegExp {
  const source = path.replace(/\{(\w+)(=\*\*)?\}/g, (_, name: string, rest?: string) =>
    rest ? `(?<${name}>.+)` : `(?<${name}>[^/]+)`,
  );
  return new RegExp(`^${source}$`);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** The listening side of argocd-server: routing, wire format and faults. */
export class HttpServer {
  readonly #settings: HttpServerSettings;
  readonly #routes: readonly (Route & { readonly pattern: RegExp })[];
  readonly #sockets = new Set<Socket>();
  readonly #streams = new Set<ServerResponse>();
  readonly requests: SeenRequest[] = [];
  onRequest: RequestHook | undefined;
  #server: Server | undefined;
  #port = 0;

  constructor(settings: HttpServerSettings) {
    this.#settings = settings;
    this.#routes = settings.routes.map((route) => ({ ...route, pattern: pattern(route.path) }));
  }

  get port(): number {
    return this.#port;
  }

  get openStreams(): number {
    return this.#streams.size;
  }

  /** Listens on a port; by default, on the same one as before. */
  async listen(port = this.#port): Promise<void> {
    const { tls } = this.#settings;
    const handle = (request: IncomingMessage, response: ServerResponse) => {
      void this.#handle(request, response);
    };
    const server = tls ? createTlsServer({ ...tls }, handle) : createServer(handle);
    server.keepAliveTimeout = 60_000;
    const remember = (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    };
    server.on('connection', remember);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Cuts all connections and refuses new ones. */
  async close(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** Ends all open streams without notice, like a proxy's idle timeout. */
  closeStreams(): void {
    for (const stream of this.#streams) stream.end();
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    let body: string;
    try {
      body = await readBody(request);
    } catch {
      return;
    }
    this.#settings.clock.arrive();
    const url = new URL(request.url ?? '/', 'http://simulator');
    const { rootPath, faults } = this.#settings;
    const inside = rootPath === '' || url.pathname.startsWith(`${rootPath}/`);
    const path = inside ? url.pathname.slice(rootPath.length) : url.pathname;
    const method = request.method ?? 'GET';
    const { headers } = request;
    const seen = { method, path, query: url.searchParams, headers, body, at: Date.now() };
    this.requests.push(seen);
    if (await this.#isDropped(seen, 'arrived', response)) return;
    const fault = faults.take(method, path, url.search);
    if (fault && this.#faultBefore(fault, response)) return;
    try {
      if (!inside && path !== '/healthz') throw new PlainError(404);
      if (path === streamPath && method === 'GET') {
        this.#stream(request, response, url.searchParams, fault);
        return;
      }
      const answer = await this.#answer(request, method, path, url.searchParams, body, gone.signal);
      if (await this.#isDropped(seen, 'applied', response)) return;
      await this.#respond(response, fault, answer);
    } catch (error) {
      await this.#refuse(request, response, path, fault, error);
    }
  }

  async #isDropped(
    request: SeenRequest,
    stage: Parameters<RequestHook>[1],
    response: ServerResponse,
  ): Promise<boolean> {
    const isDropped = (await this.onRequest?.(request, stage)) === 'drop';
    if (isDropped) response.socket?.destroy();
    return isDropped;
  }

  /** Plays what happens instead of the request. False: the request continues. */
  #faultBefore(fault: FaultKind, response: ServerResponse): boolean {
    switch (fault.kind) {
      case 'dropBefore':
        response.socket?.destroy();
        return true;
      case 'hang':
        return true;
      case 'answer':
        if (fault.afterActing) return false;
        response.writeHead(fault.status, fault.headers).end(fault.body ?? '');
        return true;
      default:
        return false;
    }
  }

  async #answer(
    request: IncomingMessage,
    method: string,
    path: string,
    query: URLSearchParams,
    body: string,
    signal: AbortSignal,
  ): Promise<{ status: number; type: string; text: string }> {
    if (path === '/healthz') return { status: 200, type: 'text/plain; charset=utf-8', text: 'ok' };
    if (!path.startsWith('/api/')) return this.#page(request);
    if (method !== 'GET' && !this.#isAllowed(request.headers['content-type'])) {
      throw new PlainError(415);
    }
    const matching = this.#routes.filter((route) => route.pattern.test(path));
    const route = matching.find((one) => one.method === method);
    if (!route) throw new PlainError(matching.length > 0 ? 405 : 404);
    const params = route.pattern.exec(path)?.groups ?? {};
    const call: Call = {
      params: Object.fromEntries(
        Object.entries(params).map(([name, value]) => [name, decodeURIComponent(value)]),
      ),
      query,
      body,
      authorization: request.headers.authorization,
      cookie: request.headers.cookie,
      signal,
    };
    const answer: Answer = await route.handle(call);
    const text = 'text' in answer ? answer.text : JSON.stringify(answer.json);
    return { status: 200, type: 'application/json', text };
  }

  /** Compares whole headers, but ignores case (argo-cd.md §1.1). */
  #isAllowed(contentType = ''): boolean {
    const { contentTypes } = this.#settings;
    const given = contentType.toLowerCase();
    return contentTypes.length === 0 || contentTypes.some((each) => each.toLowerCase() === given);
  }

  #page(request: IncomingMessage): { status: number; type: string; text: string } {
    if (request.headers.accept?.includes('text/html')) {
      return { status: 200, type: 'text/html; charset=utf-8', text: page };
    }
    return { status: 404, type: 'text/plain; charset=utf-8', text: '404 page not found\n' };
  }

  async #respond(
    response: ServerResponse,
    fault: FaultKind | undefined,
    { status, type, text }: { status: number; type: string; text: string },
  ): Promise<void> {
    if (fault?.kind === 'dropAfter') {
      response.socket?.destroy();
      return;
    }
    if (fault?.kind === 'answer') {
      response.writeHead(fault.status, fault.headers).end(fault.body ?? '');
      return;
    }
    if (fault?.kind === 'delay') await this.#settings.clock.sleep(fault.milliseconds);
    response.writeHead(status, { 'Content-Type': type }).end(text);
  }

  async #refuse(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    fault: FaultKind | undefined,
    error: unknown,
  ): Promise<void> {
    if (error instanceof ApiError) {
      const text = JSON.stringify(error.body);
      await this.#respond(response, fault, {
        status: error.status,
        type: 'application/json',
        text,
      });
      return;
    }
    if (error instanceof PlainError) {
      const isPage = error.status === 404 && !path.startsWith('/api/');
      const plain = {
        status: error.status,
        type: 'text/plain; charset=utf-8',
        text: `${error.message}\n`,
      };
      await this.#respond(response, fault, isPage ? this.#page(request) : plain);
      return;
    }
    // A fault of the simulator itself is answered like a panic of the server, so that tests see it
    // immediately.
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const text = JSON.stringify(new ApiError(13, message).body);
    await this.#respond(response, fault, { status: 500, type: 'application/json', text });
  }

  #stream(
    request: IncomingMessage,
    response: ServerResponse,
    query: URLSearchParams,
    fault: FaultKind | undefined,
  ): void {
    const { api, applications, clock, heartbeat } = this.#settings;
    const caller = api.caller({
      authorization: request.headers.authorization,
      cookie: request.headers.cookie,
    });
    const selects = api.selection(query);
    this.#streams.add(response);
    response.on('close', () => this.#streams.delete(response));
    const isStreamFault =
      fault?.kind === 'silentStream' ||
      fault?.kind === 'closingStream' ||
      fault?.kind === 'losingStream';
    serveStream(applications, clock, {
      request,
      response,
      query,
      selects: (application) => selects(application) && api.sees(caller, application),
      heartbeat,
      fault: isStreamFault ? fault : undefined,
    });
  }
}
