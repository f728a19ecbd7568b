import { request as httpRequest } from 'node:http';
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { RequestOptions } from 'node:https';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { createGunzip } from 'node:zlib';
import { errorMessage } from '../../async/error-message.ts';
import type { HttpChannel } from './channel.ts';
import { openChannel, openSystemChannel } from './channel.ts';
import type { Connection } from './connection.ts';
import { isUntrusted } from './trust.ts';
import { Semaphore } from '../../async/semaphore.ts';

/** One HTTP request, with its limits. */
export interface ArgoCDRequest {
  readonly method: 'GET' | 'POST' | 'DELETE' | 'PATCH' | 'PUT';
  /** The path below the connection's URL, with its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /**
   * Consumes the text of a success (HTTP 200) as it arrives, so that the client buffers nothing; the
   * answer's own `text` is then empty. Returns false to stop.
   */
  readonly take?: ((piece: string) => boolean) | undefined;
  /** Milliseconds until the whole answer, or the head of a stream, must have arrived. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/** Limits of an `HttpClient`, and an observer of its requests. */
export interface HttpOptions {
  /** Limit of an unpacked answer. */
  readonly maxBytes?: number | undefined;
  /** Limit of connections, at least 2: one is for a stream, the others for calls. */
  readonly maxSockets?: number | undefined;
  /** Called after every request, and when a stream has started. */
  readonly observe?: ((ended: EndedRequest) => void) | undefined;
}

/** A finished request, for metrics. */
export interface EndedRequest {
  /** Method and path, with `{name}` in place of an application's name. */
  readonly route: string;
  /** The HTTP status, or Node's error code if there was no answer; `ABORTED` if it was aborted. */
  readonly status: string;
  /** Excludes the wait for a free connection. */
  readonly milliseconds: number;
}

/** A complete response of any status; `text` is the body, unpacked and bounded. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

type Scheme = 'http' | 'https';

/**
 * No complete answer arrived. With `sent`, the request may have reached the server and been carried out.
 */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly sent: boolean;
  /** Node's code, such as `ECONNREFUSED`, or our own `TIMEOUT`. */
  readonly code: string;
  /** The scheme of the URL if nothing has ever answered there: it may be the wrong one. */
  readonly scheme: Scheme | undefined;

  constructor(
    message: string,
    code: string,
    sent: boolean,
    { scheme, cause }: { readonly scheme?: Scheme | undefined; readonly cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.code = code;
    this.sent = sent;
    this.scheme = scheme;
  }
}

/**
 * Larger answers are not read: 64 MiB suffice for an application with tens of thousands of resources.
 */
const defaultMaxBytes = 64 * 1024 * 1024;

/**
 * HTTP for Argo CD's API, on Node's own client: a certificate authority per connection, the agent's
 * proxy, a timeout per call, bounded answers, and no redirects, so that the token never reaches another
 * host. It does not retry: callers know what may be sent twice.
 */
export class HttpClient {
  readonly #connection: Connection;
  readonly #maxBytes: number;
  readonly #maxSockets: number;
  readonly #semaphore: Semaphore;
  readonly #observe: (ended: EndedRequest) => void;
  #channel: Promise<HttpChannel> | undefined;
  /** Opened when a certificate was refused without it. */
  #systemChannel: Promise<HttpChannel | undefined> | undefined;
  #trustsSystem = false;
  #isAnswered = false;

  constructor(
    connection: Connection,
    {
      maxBytes = defaultMaxBytes,
      maxSockets = Infinity,
      observe = () => undefined,
    }: HttpOptions = {},
  ) {
    this.#connection = connection;
    this.#maxBytes = maxBytes;
    this.#maxSockets = maxSockets;
    this.#semaphore = new Semaphore(maxSockets - 1);
    this.#observe = observe;
  }

  /**
   * Sends a request and reads the whole answer as text. Rejects with a `TransportError`, or with the
   * signal's reason. The timeout does not include the wait for a free connection.
   */
  send(request: ArgoCDRequest): Promise<HttpResponse> {
    return this.#semaphore.run(
      () => this.#observed(request, () => this.#send(request)),
      request.signal,
    );
  }

  /**
   * Sends a request and returns at the head of the answer, for bodies that are read as they arrive. The
   * timeout covers only the head.
   */
  open(request: ArgoCDRequest): Promise<IncomingMessage> {
    return this.#observed(request, () => this.#open(request));
  }

  async #send(request: ArgoCDRequest): Promise<HttpResponse> {
    return within(request.timeout, async (timer) => {
      const response = await this.#begin(request, timer);
      try {
        const { take } = request;
        const isTaken = take !== undefined && response.statusCode === 200;
        const text = isTaken
          ? await pass(response, take)
          : await readText(response, this.#maxBytes);
        return { status: response.statusCode ?? 0, headers: response.headers, text };
      } catch (error) {
        response.destroy();
        throw failure(error, request, timer, { sent: true });
      }
    });
  }

  async #open(request: ArgoCDRequest): Promise<IncomingMessage> {
    return within(request.timeout, (timer) => this.#begin(request, timer));
  }

  async #observed<T extends HttpResponse | IncomingMessage>(
    request: ArgoCDRequest,
    send: () => Promise<T>,
  ): Promise<T> {
    const begunAt = performance.now();
    const tell = (status: string) =>
      this.#observe({
        route: routeOf(request),
        status,
        milliseconds: performance.now() - begunAt,
      });
    try {
      const response = await send();
      tell(String('status' in response ? response.status : response.statusCode));
      return response;
    } catch (error) {
      tell(error instanceof TransportError ? error.code : 'ABORTED');
      throw error;
    }
  }

  async #begin(request: ArgoCDRequest, timer: AbortSignal): Promise<IncomingMessage> {
    const progress = { isSent: false };
    try {
      const channel = await this.#currentChannel();
      try {
        return await this.#ask(request, timer, channel, progress);
      } catch (error) {
        if (progress.isSent || !isUntrusted(error as Error)) throw error;
        this.#systemChannel ??= openSystemChannel(this.#connection, this.#maxSockets);
        const system = await this.#systemChannel;
        if (system === undefined || system === channel) throw error;
        this.#trustsSystem = true;
        return await this.#ask(request, timer, system, progress);
      }
    } catch (error) {
      const scheme = this.#isAnswered ? undefined : schemeOf(this.#connection);
      throw failure(error, request, timer, { sent: progress.isSent, scheme });
    }
  }

  async #currentChannel(): Promise<HttpChannel> {
    const system = this.#trustsSystem ? await this.#systemChannel : undefined;
    return system ?? (this.#channel ??= openChannel(this.#connection, this.#maxSockets));
  }

  #ask(
    request: ArgoCDRequest,
    timer: AbortSignal,
    channel: HttpChannel,
    progress: { isSent: boolean },
  ): Promise<IncomingMessage> {
    const { url, headers: extra } = this.#connection;
    const target = new URL(url + request.path);
    const signal = AbortSignal.any([request.signal, timer]);
    signal.throwIfAborted();
    const options: RequestOptions = {
      ...channel,
      method: request.method,
      headers: {
        ...Object.fromEntries(extra.map(({ name, value }) => [name, value.reveal()])),
        ...request.headers,
      },
      signal,
    };
    return new Promise((resolve, reject) => {
      const outgoing: ClientRequest =
        target.protocol === 'https:' ? httpsRequest(target, options) : httpRequest(target, options);
      outgoing.once('socket', (socket) => whenReady(socket, () => (progress.isSent = true)));
      outgoing.once('response', (response) => {
        this.#isAnswered = true;
        resolve(response);
      });
      // A broken connection is reported here again while the answer is read, which fails too.
      outgoing.on('error', reject);
      // Node would wait for a socket first, which a silent proxy never provides.
      const abort = () => reject(signal.reason as Error);
      signal.addEventListener('abort', abort, { once: true });
      outgoing.once('close', () => signal.removeEventListener('abort', abort));
      outgoing.end(request.body);
    });
  }

  /** Closes idle connections. */
  async close(): Promise<void> {
    for (const channel of [this.#channel, this.#systemChannel]) (await channel)?.agent.destroy();
  }
}

/** The route of a request: few values, whatever the names of applications. */
function routeOf({ method, path }: ArgoCDRequest): string {
  const route = path.replace(/\?.*$/, '').replace(/^(\/api\/v1\/applications\/)[^/]+/, '$1{name}');
  return `${method} ${route}`;
}

/**
 * Calls back as soon as the socket can send a request: at once for a kept-alive socket, which may turn
 * out to be dead.
 */
function whenReady(socket: Socket, callback: () => void): void {
  // A proxy's tunnel is connected before its TLS handshake is complete, which `connecting` does not
  // show.
  const isSecuring = socket instanceof TLSSocket && socket.getFinished() === undefined;
  if (isSecuring) socket.once('secureConnect', callback);
  else if (socket.connecting) socket.once('connect', callback);
  else callback();
}

/** The body, unpacked. */
function bodyOf(response: IncomingMessage): Readable {
  if (response.headers['content-encoding'] !== 'gzip') return response;
  const body = response.pipe(createGunzip());
  response.once('error', (error) => body.destroy(error));
  return body;
}

/** Passes the text on until it ends, or until `take` stops it, which closes the connection. */
async function pass(response: IncomingMessage, take: (piece: string) => boolean): Promise<''> {
  const body = bodyOf(response).setEncoding('utf8');
  for await (const piece of body) {
    if (take(piece as string)) continue;
    response.destroy();
    break;
  }
  return '';
}

async function readText(response: IncomingMessage, maxBytes: number): Promise<string> {
  const body = bodyOf(response);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    if (size > maxBytes) {
      throw new TransportError(`the response is larger than ${maxBytes} bytes`, 'TOO_LARGE', true);
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Not `AbortSignal.timeout`, which stays in memory until it fires. */
async function within<T>(ms: number, act: (timer: AbortSignal) => Promise<T>): Promise<T> {
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), ms);
  try {
    return await act(timeout.signal);
  } finally {
    clearTimeout(timer);
  }
}

function schemeOf({ url }: Pick<Connection, 'url'>): Scheme {
  return url.startsWith('https:') ? 'https' : 'http';
}

function failure(
  error: unknown,
  request: ArgoCDRequest,
  timer: AbortSignal,
  { sent, scheme }: { readonly sent: boolean; readonly scheme?: Scheme | undefined },
): Error {
  if (error instanceof TransportError) return error;
  if (request.signal.aborted) return request.signal.reason as Error;
  if (timer.aborted) {
    const message = `no response within ${request.timeout / 1000} s`;
    return new TransportError(message, 'TIMEOUT', sent, { cause: error });
  }
  const { code = 'UNKNOWN' } = error as NodeJS.ErrnoException;
  return new TransportError(errorMessage(error) || code, code, sent, { scheme, cause: error });
}
