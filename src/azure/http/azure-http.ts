import { Agent } from 'undici';
import { retryAfterOf } from '../../async/retry-after.ts';
import { guardedConnector } from './address-guard.ts';
import type { Resolve } from './address-guard.ts';
import { checkAnswer, isTokenRefused, classifyExchangeError } from './answer.ts';
import type { SentCall } from './answer.ts';
import { AzureError } from './azure-error.ts';
import type { AzureFailure } from './azure-error.ts';
import { reaches } from './collection.ts';
import type { Reach } from './collection.ts';
import { BrokenExchange, exchange } from './exchange.ts';
import type { HttpAnswer, Method } from './exchange.ts';
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

/** Where Azure DevOps may be called, and how. */
export interface AzureHttpSettings {
  /** Where a collection's server may be; absent for one that must not be called. Asked every time. */
  readonly reachOf: (collection: string) => Reach | undefined;
  /** What the handler is called in Azure's logs. */
  readonly userAgent: string;
  /** Told of every call. */
  readonly observe?: (ended: EndedCall) => void;
  /** For a whole call, milliseconds; 20 seconds unless told. */
  readonly timeout?: number;
  /** To one server at a time; 64 unless told. */
  readonly connections?: number;
  /** Node's own unless told. */
  readonly resolve?: Resolve;
}

const defaultTimeout = 20_000;
const defaultConnections = 64;
const defaultMaxBytes = 1024 * 1024;

/**
 * HTTP to Azure DevOps: it sends a token only to collections that are configured, only to addresses
 * where their servers may be, and follows no redirect. It repeats nothing, but for a token that was
 * refused in one form: whoever calls knows what may be sent twice.
 */
export class AzureHttp {
  readonly #settings: AzureHttpSettings;
  readonly #forms = new TokenForms();
  readonly #agents: Readonly<Record<Reach, Agent>>;

  constructor(settings: AzureHttpSettings) {
    this.#settings = settings;
    const { resolve, connections = defaultConnections } = settings;
    const agent = (reach: Reach) =>
      new Agent({ connect: guardedConnector(reach, resolve), connections, pipelining: 1 });
    this.#agents = { public: agent('public'), private: agent('private') };
  }

  /** The text of the answer. Rejects with an `AzureError`, or with the signal's reason. */
  async send(call: AzureCall): Promise<string> {
    return (await this.answer(call)).text;
  }

  /** The same, with the wait that the server asks for: it does so with a yes as well. */
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
    const { name, collection, method, path, token, body, maxBytes, signal } = call;
    const reach = this.#settings.reachOf(collection);
    if (reach === undefined) {
      const reason = `${collection} is not one of the configured organizations`;
      throw new AzureError(name, reason, { failure: 'blocked' });
    }
    const { origin, pathname } = new URL(collection);
    const root = pathname.replace(/\/$/, '');
    const headers = {
      Authorization: authorizationOf(form, token),
      Accept: 'application/json',
      'User-Agent': this.#settings.userAgent,
      ...(body === undefined ? {} : { 'Content-Type': body.type }),
    };
    const { timeout = defaultTimeout } = this.#settings;
    return exchange(
      this.#agents[reach],
      { origin, path: root + path, method, headers, body: body?.text },
      { timeout, maxBytes: maxBytes ?? defaultMaxBytes, signal },
    );
  }

  /** Cuts all connections; what is under way ends as it would by a broken connection. */
  async close(): Promise<void> {
    await Promise.all(reaches.map((reach) => this.#agents[reach].destroy()));
  }
}
