import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { errorMessage } from '../../async/error-message.ts';

/** The HTTP methods that the APIs of Azure DevOps in use need. */
export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT';

/** A request to one server; `headers` hold the credentials. */
export interface AzureRequest {
  readonly origin: string;
  /** With the query. */
  readonly path: string;
  readonly method: Method;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** A complete response of whatever status, its body as text. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** How long an exchange may take, how large its response may be, and what ends it early. */
export interface ExchangeBounds {
  /** Milliseconds until the whole answer must be there, with the wait for a free connection. */
  readonly timeout: number;
  /** A larger answer is not read. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** No complete answer came. `isSent`: the request may have reached the server, and been carried out. */
export class BrokenExchange extends Error {
  override readonly name = 'BrokenExchange';
  readonly isSent: boolean;
  /** Node's or undici's code, such as `ECONNREFUSED`; `TIMEOUT` and `TOO_LARGE` are ours. */
  readonly code: string;

  constructor(message: string, code: string, isSent: boolean) {
    super(message);
    this.code = code;
    this.isSent = isSent;
  }
}

/**
 * One request and its whole answer. It follows no redirect, so that what the headers hold goes to no
 * other host. Rejects with a `BrokenExchange`, or with the signal's reason.
 */
export function exchange(
  dispatcher: Dispatcher,
  request: AzureRequest,
  bounds: ExchangeBounds,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const handler = new ExchangeHandler(bounds, resolve, reject);
    const { body, ...rest } = request;
    if (!bounds.signal.aborted) dispatcher.dispatch({ ...rest, body: body ?? null }, handler);
  });
}

/** Not undici's own `request`, which does not tell whether anything was sent. */
class ExchangeHandler implements Dispatcher.DispatchHandler {
  readonly #bounds: ExchangeBounds;
  readonly #resolve: (answer: HttpAnswer) => void;
  readonly #reject: (error: Error) => void;
  readonly #timer: NodeJS.Timeout;
  /** One of our own: many wait with the same signal, and Node warns of more than ten listeners. */
  readonly #signal: AbortSignal;
  readonly #chunks: Buffer[] = [];
  #size = 0;
  #controller: Dispatcher.DispatchController | undefined;
  #stopped: Error | undefined;
  #status = 0;
  #headers: IncomingHttpHeaders = {};

  constructor(
    bounds: ExchangeBounds,
    resolve: (answer: HttpAnswer) => void,
    reject: (error: Error) => void,
  ) {
    this.#bounds = bounds;
    this.#resolve = resolve;
    this.#reject = reject;
    const { timeout, signal } = bounds;
    this.#timer = setTimeout(
      () => this.#stop(this.#broken(`no response within ${timeout / 1000} s`, 'TIMEOUT')),
      timeout,
    );
    this.#signal = AbortSignal.any([signal]);
    this.#signal.addEventListener('abort', this.#onAbort, { once: true });
    if (signal.aborted) this.#onAbort();
  }

  readonly #onAbort = (): void => this.#stop(this.#signal.reason as Error);

  /** A connection is there, TLS agreed on, and the request is written next. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#stopped === undefined) this.#controller = controller;
    else controller.abort(this.#stopped);
  }

  onResponseStart(
    _: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    const { maxBytes } = this.#bounds;
    this.#size += chunk.length;
    if (this.#size <= maxBytes) this.#chunks.push(chunk);
    else this.#stop(this.#broken(`the response is larger than ${maxBytes} bytes`, 'TOO_LARGE'));
  }

  onResponseEnd(): void {
    this.#release();
    const text = Buffer.concat(this.#chunks).toString('utf8');
    this.#resolve({ status: this.#status, headers: this.#headers, text });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    if (this.#stopped !== undefined) return;
    const { code = 'UNKNOWN' } = error as NodeJS.ErrnoException;
    this.#stop(this.#broken(errorMessage(error) || code, code));
  }

  #broken(message: string, code: string): BrokenExchange {
    return new BrokenExchange(message, code, this.#controller !== undefined);
  }

  #stop(reason: Error): void {
    this.#stopped = reason;
    this.#release();
    this.#reject(reason);
    this.#controller?.abort(reason);
  }

  #release(): void {
    clearTimeout(this.#timer);
    this.#signal.removeEventListener('abort', this.#onAbort);
  }
}
