import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { errorMessage } from '../../async/error-message.ts';

/** The HTTP methods that we use. */
export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT';

/** A request to one server; `headers` contain the credentials. */
export interface AzureRequest {
  readonly origin: string;
  /** Includes the query. */
  readonly path: string;
  readonly method: Method;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** A complete response of any status, with its body as text. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/**
 * The limits of an exchange: its duration, the size of its response, and a signal that ends it early.
 */
export interface ExchangeBounds {
  /** Milliseconds for the whole exchange, including the wait for a free connection. */
  readonly timeout: number;
  /** Larger answers are not read. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/**
 * No complete answer arrived. With `isSent`, the request may have reached the server and been carried
 * out.
 */
export class BrokenExchange extends Error {
  override readonly name = 'BrokenExchange';
  readonly isSent: boolean;
  /** A code of Node or undici, such as `ECONNREFUSED`, or our own `TIMEOUT` and `TOO_LARGE`. */
  readonly code: string;

  constructor(message: string, code: string, isSent: boolean) {
    super(message);
    this.code = code;
    this.isSent = isSent;
  }
}

/**
 * Sends one request and reads its whole answer. Follows no redirects, so that credentials reach no other
 * host. Rejects with a `BrokenExchange`, or with the signal's reason.
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

/** Replaces undici's own `request`, which does not say whether anything was sent. */
class ExchangeHandler implements Dispatcher.DispatchHandler {
  readonly #bounds: ExchangeBounds;
  readonly #resolve: (answer: HttpAnswer) => void;
  readonly #reject: (error: Error) => void;
  readonly #timer: NodeJS.Timeout;
  /** Its own signal: many exchanges share one signal, and Node warns about more than ten listeners. */
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

  /** The connection and TLS are established; the request is written next. */
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
