import { ArgoCDError } from '../argocd-error.ts';
import type { Secret } from '../../secret.ts';
import { parseAnswer } from './answer.ts';
import type { Effect } from './answer.ts';
import type { Connection } from './connection.ts';
import { readEvents } from './event-stream.ts';
import { HttpClient, TransportError } from './http.ts';
import type { HttpOptions, HttpResponse } from './http.ts';
import { Session } from './session.ts';
import { meaningOfSilence } from './silence.ts';

/** One call of the API. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below the connection's URL, with its query. */
  readonly path: string;
  readonly effect: Effect;
  /** Milliseconds. */
  readonly timeout: number;
  readonly signal: AbortSignal;
  readonly body?: unknown;
  /** As in `HttpRequest`. */
  readonly take?: (piece: string) => boolean;
}

/** Makes calls with the session's token, and says what their failures mean. */
export class Caller {
  readonly #http: HttpClient;
  readonly #session: Session;
  readonly #headerValues: readonly Secret[];

  /** `onToken` learns every token that a login brings, to have it masked. */
  constructor(connection: Connection, onToken: (token: Secret) => void, options: HttpOptions = {}) {
    this.#http = new HttpClient(connection, options);
    this.#headerValues = connection.headers.map(({ value }) => value);
    this.#session = new Session(connection.credential, this.#http, onToken);
  }

  /** The JSON of the answer. Rejects with an `ArgoCDError`. */
  async json(call: Call): Promise<unknown> {
    return this.parse(call, await this.send(call));
  }

  /** The JSON of an answer that `send` gave, or an `ArgoCDError` that says what it means. */
  parse(call: Call, response: HttpResponse): unknown {
    try {
      return parseAnswer(nameOf(call), call.effect, response);
    } catch (error) {
      throw error instanceof ArgoCDError ? this.#withoutSecrets(call, error) : error;
    }
  }

  /** Sends, and once more after a login when a token that can be renewed is refused. */
  async send(call: Call): Promise<HttpResponse> {
    const token = await this.#session.token(call.signal);
    const response = await this.#sendWith(token, call);
    if (response.status !== 401 || !this.#session.renewable) return response;
    this.#session.discard(token);
    return this.#sendWith(await this.#session.token(call.signal), call);
  }

  /**
   * The messages of an event stream; `undefined` for a heartbeat. Rejects with an `ArgoCDError`,
   * or with the signal's reason.
   */
  async *events(call: Call): AsyncGenerator<string | undefined> {
    const { method, path, timeout, signal } = call;
    const name = nameOf(call);
    const token = await this.#session.token(signal);
    // Exactly this: with any other value there are no heartbeats, and no head before an event.
    const headers = { ...authorization(token), Accept: 'text/event-stream' };
    const response = await explain(name, 'read', () =>
      this.#http.open({ method, path, timeout, signal, headers }),
    );
    try {
      const { statusCode = 0 } = response;
      if (statusCode === 401) this.#session.discard(token);
      const type = response.headers['content-type'] ?? 'no content type';
      if (statusCode !== 200 || !type.startsWith('text/event-stream')) {
        const reason = `the stream answers with HTTP ${statusCode} and ${type.slice(0, 100)}`;
        const failure = statusCode === 401 ? 'unauthenticated' : 'unavailable';
        throw new ArgoCDError(name, reason, { failure, status: statusCode });
      }
      yield* readEvents(response);
    } catch (error) {
      if (signal.aborted) throw signal.reason as Error;
      if (error instanceof ArgoCDError) throw error;
      const { message } = error as Error;
      throw new ArgoCDError(name, `the stream broke: ${message}`, {
        failure: 'unavailable',
        cause: error,
      });
    } finally {
      response.destroy();
    }
  }

  /** Closes the connections that are kept alive, so that a process can end. */
  close(): Promise<void> {
    return this.#http.close();
  }

  #sendWith(token: Secret, call: Call): Promise<HttpResponse> {
    const { method, path, body, take, timeout, signal } = call;
    const headers = {
      ...authorization(token),
      Accept: 'application/json',
      'Accept-Encoding': 'gzip',
      // Argo CD wants exactly this for all that is no GET, even without a body.
      ...(method === 'GET' ? {} : { 'Content-Type': 'application/json' }),
    };
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    return explain(nameOf(call), call.effect, () =>
      this.#http.send({ method, path, headers, ...content, take, timeout, signal }),
    );
  }

  /** What stands in front may repeat the request in its answer, which errors then show. */
  #withoutSecrets(call: Call, error: ArgoCDError): ArgoCDError {
    const reason = [this.#session.current, ...this.#headerValues]
      .map((secret) => secret?.reveal() ?? '')
      .filter((value) => value.length >= shortestSecret)
      .reduce((text, secret) => text.replaceAll(secret, '***'), error.reason);
    return reason === error.reason ? error : new ArgoCDError(nameOf(call), reason, error);
  }
}

/** Shorter header values are words such as `true`, which answers are full of. */
const shortestSecret = 8;

/** How a call is named in messages: without its query, which says little to a person. */
export function nameOf({ method, path }: Pick<Call, 'method' | 'path'>): string {
  return `${method} ${path.replace(/\?.*$/, '')}`;
}

function authorization(token: Secret) {
  return { Authorization: `Bearer ${token.reveal()}` };
}

async function explain<T>(call: string, effect: Effect, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    throw error instanceof TransportError ? meaningOfSilence(call, effect, error) : error;
  }
}
