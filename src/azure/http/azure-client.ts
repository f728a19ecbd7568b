import { retryAfterOf } from '../../async/retry-after.ts';
import type { Secret } from '../../secret.ts';
import { checkAnswer, classifyExchangeError, isTokenRefused } from './answer.ts';
import type { SentCall } from './answer.ts';
import { AzureError } from './azure-error.ts';
import type { AzureFailure } from './azure-error.ts';
import { BrokenExchange } from './exchange.ts';
import type { AzureRequest, ExchangeBounds, HttpAnswer, Method } from './exchange.ts';
import { authorizationOf, otherForm, TokenForms } from './token-forms.ts';
import type { TokenForm } from './token-forms.ts';

/** One call of the REST API. */
export interface AzureCall extends SentCall {
  readonly method: Method;
  /** As `Collections` returns it. */
  readonly collection: string;
  /** The path below the collection, with its query. */
  readonly path: string;
  readonly body?: { readonly type: string; readonly text: string };
  /** Larger answers are not read; default: 1 MiB. */
  readonly maxBytes?: number;
  readonly signal: AbortSignal;
}

/** A successful answer of Azure DevOps. */
export interface AzureAnswer {
  readonly text: string;
  /**
   * Milliseconds to wait before the next call: Azure DevOps throttles callers near their limit
   * (azure-devops.md §13.9).
   */
  readonly retryAfter: number | undefined;
  /** The server's time when it answered, by its `Date` header; milliseconds since the epoch. */
  readonly date: number | undefined;
}

/** How a call to Azure DevOps ended, for metrics and availability. */
export interface EndedCall {
  readonly name: string;
  readonly collection: string;
  /** The HTTP status, or what replaces it. */
  readonly code: number | AzureFailure | 'aborted';
  /** The kind of failure; absent on success. */
  readonly failure: AzureFailure | 'aborted' | undefined;
  readonly seconds: number;
}

/** How calls are sent. */
export interface AzureClientSettings {
  /**
   * Sends one request, only to the server of the collection. Rejects with a `BrokenExchange`, with an
   * `AzureError` if that server must not be called, or with the signal's reason.
   */
  readonly exchange: (
    call: Pick<AzureCall, 'name' | 'collection'>,
    request: AzureRequest,
    bounds: ExchangeBounds,
  ) => Promise<HttpAnswer>;
  /** The name in Azure's logs. */
  readonly userAgent: string;
  /** Called after every call. */
  readonly observe?: ((ended: EndedCall) => void) | undefined;
  /** Milliseconds for a whole call; default: 20 seconds. */
  readonly timeout?: number | undefined;
}

const defaultTimeout = 20_000;
const defaultMaxBytes = 1024 * 1024;

/**
 * Calls Azure DevOps with a token, over any transport. It retries only if the token was refused in one
 * form; other retries are up to the caller, who knows what may be sent twice.
 */
export class AzureClient {
  readonly #settings: AzureClientSettings;
  readonly #forms = new TokenForms();

  constructor(settings: AzureClientSettings) {
    this.#settings = settings;
  }

  /** Rejects with an `AzureError`, or with the signal's reason. */
  async answer(call: AzureCall): Promise<AzureAnswer> {
    const began = performance.now();
    let code: EndedCall['code'] = 'aborted';
    let failure: EndedCall['failure'] = 'aborted';
    try {
      const answer = await this.#authenticated(call);
      code = answer.status;
      checkAnswer(call, answer);
      failure = undefined;
      const { text, headers } = answer;
      return { text, retryAfter: retryAfterOf(headers), date: dateOf(headers.date) };
    } catch (error) {
      const meant = error instanceof BrokenExchange ? classifyExchangeError(call, error) : error;
      if (meant instanceof AzureError) {
        failure = meant.failure;
        code = meant.status ?? failure;
      }
      throw meant;
    } finally {
      const { name, collection } = call;
      const seconds = (performance.now() - began) / 1000;
      this.#settings.observe?.({ name, collection, code, failure, seconds });
    }
  }

  /**
   * The answer to a call, with the token in the form that the server accepts. A call with a refused
   * token was not carried out, so it is safe to repeat. If both forms are refused, returns the first
   * answer.
   */
  async #authenticated(call: AzureCall): Promise<HttpAnswer> {
    const form = this.#forms.of(call.collection);
    const answer = await this.#exchange(call, form);
    if (!isTokenRefused(answer)) return answer;
    const other = otherForm(form);
    const second = await this.#exchange(call, other);
    if (isTokenRefused(second)) return answer;
    this.#forms.remember(call.collection, other);
    return second;
  }

  async #exchange(call: AzureCall, form: TokenForm): Promise<HttpAnswer> {
    const { collection, method, path, token, body, maxBytes = defaultMaxBytes, signal } = call;
    const { exchange, userAgent, timeout = defaultTimeout } = this.#settings;
    if (!URL.canParse(collection)) {
      const reason = `${collection} is not one of the configured organizations`;
      throw new AzureError(call.name, reason, { failure: 'blocked' });
    }
    const { origin, pathname } = new URL(collection);
    const root = pathname.replace(/\/$/, '');
    const headers = headersOf(form, token, userAgent, body?.type);
    const request = { origin, path: root + path, method, headers, body: body?.text };
    return exchange(call, request, { timeout, maxBytes, signal });
  }
}

function dateOf(header = ''): number | undefined {
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : date;
}

function headersOf(
  form: TokenForm,
  token: Secret,
  userAgent: string,
  contentType: string | undefined,
): Readonly<Record<string, string>> {
  return {
    Authorization: authorizationOf(form, token),
    Accept: 'application/json',
    'User-Agent': userAgent,
    ...(contentType === undefined ? {} : { 'Content-Type': contentType }),
  };
}
