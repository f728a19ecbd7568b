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
  /** As `Collections` gives it. */
  readonly collection: string;
  /** Below the collection, with its query. */
  readonly path: string;
  readonly body?: { readonly type: string; readonly text: string };
  /** A larger answer is not read; 1 MiB unless told. */
  readonly maxBytes?: number;
  readonly signal: AbortSignal;
}

/** What Azure DevOps answers when it does what it was asked. */
export interface AzureAnswer {
  readonly text: string;
  /**
   * How long to ask nothing more, milliseconds: it slows down a caller who is near the limit
   * (azure-devops.md §13.9).
   */
  readonly retryAfter: number | undefined;
}

/** How a call of Azure DevOps went, for metrics and availability. */
export interface EndedCall {
  readonly name: string;
  readonly collection: string;
  /** The status, or what stands for it. */
  readonly code: number | AzureFailure | 'aborted';
  /** What it means; absent for a yes. */
  readonly failure: AzureFailure | 'aborted' | undefined;
  readonly seconds: number;
}

/** By which way calls go, and how. */
export interface AzureClientSettings {
  /**
   * Sends one request, to the server of the collection and to no other. Rejects with a
   * `BrokenExchange`, with an `AzureError` where that server must not be called, or with the signal's
   * reason.
   */
  readonly exchange: (
    call: Pick<AzureCall, 'name' | 'collection'>,
    request: AzureRequest,
    bounds: ExchangeBounds,
  ) => Promise<HttpAnswer>;
  /** What we are called in Azure's logs. */
  readonly userAgent: string;
  /** Told of every call. */
  readonly observe?: ((ended: EndedCall) => void) | undefined;
  /** For a whole call, milliseconds; 20 seconds unless told. */
  readonly timeout?: number | undefined;
}

const defaultTimeout = 20_000;
const defaultMaxBytes = 1024 * 1024;

/**
 * Calls of Azure DevOps with a token, whichever way they go. It repeats nothing, but for a token that
 * was refused in one form: whoever calls knows what may be sent twice.
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
      return { text: answer.text, retryAfter: retryAfterOf(answer.headers) };
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
   * The answer to a call whose token was taken in one of its two forms; what is refused at the door
   * was not done, so that asking again is safe. Refused in both, the first answer.
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
