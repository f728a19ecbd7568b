import { errorMessage } from '../../async/error-message.ts';
import { inTurns } from '../../async/in-turns.ts';
import { ArgoCDError } from '../argocd-error.ts';
import type { Secret } from '../../secret.ts';
import { jsonOf } from './answer.ts';
import { nameOf, type ArgoCDCall } from './call.ts';
import type { Connection } from './connection.ts';
import { readEvents } from './event-stream.ts';
import { adviceOn } from './failure-words.ts';
import { HttpClient, TransportError } from './http.ts';
import type { HttpOptions, HttpResponse } from './http.ts';
import { readable, readableInTurns } from './reading.ts';
import { Session, sessionCall } from './session.ts';
import { classifyTransportError } from './transport-failure.ts';
import { throughProxy, wayOf, type Way } from './way.ts';

/** Makes calls with the session's token, and says what their failures mean. */
export class Caller {
  readonly #connection: Connection;
  readonly #http: HttpClient;
  readonly #session: Session;
  readonly #headerValues: readonly Secret[];
  readonly #way: Way;

  /** `onToken` learns every token that a login brings, to have it masked. */
  constructor(connection: Connection, onToken: (token: Secret) => void, options: HttpOptions = {}) {
    this.#http = new HttpClient(connection, options);
    this.#headerValues = connection.headers.map(({ value }) => value);
    this.#connection = connection;
    this.#way = wayOf(connection);
    this.#session = new Session(connection.credential, this.#http, onToken, this.#way);
  }

  /** The JSON of the answer. Rejects with an `ArgoCDError`. */
  async json(call: ArgoCDCall): Promise<unknown> {
    return this.parse(call, await this.send(call));
  }

  /** The JSON of an answer that `send` gave, or an `ArgoCDError` that says what it means. */
  async parse(call: ArgoCDCall, response: HttpResponse): Promise<unknown> {
    try {
      return await inTurns(jsonOf(nameOf(call), call.effect, response, this.#way));
    } catch (error) {
      throw this.#explained(call, error);
    }
  }

  /** What `reading` makes of an answer, or an `ArgoCDError` where that has not the shape it should. */
  read<T>(call: ArgoCDCall, reading: () => T): T {
    try {
      return readable(call, reading);
    } catch (error) {
      throw this.#explained(call, error);
    }
  }

  /** The same for what is large: others have their turns. */
  async readInTurns<T>(call: ArgoCDCall, reading: Generator<number, T>): Promise<T> {
    try {
      return await readableInTurns(call, reading);
    } catch (error) {
      throw this.#explained(call, error);
    }
  }

  /** Sends, and once more after a login when a token that can be renewed is refused. */
  async send(call: ArgoCDCall): Promise<HttpResponse> {
    const token = await this.#login(call.signal);
    const response = await this.#sendWith(token, call);
    if (response.status !== 401 || !this.#session.renewable) return response;
    this.#session.discard(token);
    return this.#sendWith(await this.#login(call.signal), call);
  }

  /**
   * The messages of an event stream; `undefined` for a heartbeat. Rejects with an `ArgoCDError`,
   * or with the signal's reason.
   */
  async *events(call: ArgoCDCall): AsyncGenerator<string | undefined> {
    const { method, path, timeout, signal } = call;
    const name = nameOf(call);
    const token = await this.#login(signal);
    // Exactly this: with any other value there are no heartbeats, and no head before an event.
    const headers = { ...authorization(token), Accept: 'text/event-stream' };
    const response = await this.#sent(call, () =>
      this.#http.open({ method, path, timeout, signal, headers }),
    );
    try {
      const { statusCode = 0 } = response;
      if (statusCode === 401) this.#session.discard(token);
      const type = response.headers['content-type'] ?? 'no content type';
      if (statusCode !== 200 || !type.startsWith('text/event-stream')) {
        const reason = `the stream responds with HTTP ${statusCode} and ${type.slice(0, 100)}${throughProxy(this.#way)}`;
        const failure = statusCode === 401 ? 'unauthenticated' : 'unavailable';
        throw new ArgoCDError(name, reason, { failure, status: statusCode });
      }
      yield* readEvents(response);
    } catch (error) {
      if (signal.aborted) throw signal.reason as Error;
      throw this.#explained(call, error instanceof ArgoCDError ? error : this.#broken(name, error));
    } finally {
      response.destroy();
    }
  }

  #broken(name: string, error: unknown): ArgoCDError {
    const reason = `the stream failed: ${errorMessage(error)}${throughProxy(this.#way)}`;
    return new ArgoCDError(name, reason, { failure: 'unavailable', cause: error });
  }

  /** Closes the connections that are kept alive, so that a process can end. */
  close(): Promise<void> {
    return this.#http.close();
  }

  #sendWith(token: Secret, call: ArgoCDCall): Promise<HttpResponse> {
    const { method, path, body, take, timeout, signal } = call;
    const headers = {
      ...authorization(token),
      Accept: 'application/json',
      'Accept-Encoding': 'gzip',
      // Argo CD wants exactly this for all that is no GET, even without a body.
      ...(method === 'GET' ? {} : { 'Content-Type': 'application/json' }),
    };
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    return this.#sent(call, () =>
      this.#http.send({ method, path, headers, ...content, take, timeout, signal }),
    );
  }

  /** Logs in where there is no token yet. */
  async #login(signal: AbortSignal): Promise<Secret> {
    try {
      return await this.#session.token(signal);
    } catch (error) {
      throw this.#explained(sessionCall, error);
    }
  }

  async #sent<T>(call: ArgoCDCall, send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      const meaning = classifyTransportError(nameOf(call), call.effect, error, this.#way);
      throw this.#explained(call, meaning);
    }
  }

  /**
   * The error with the full URL, and with what to do where the connection is to blame. What stands in
   * front may repeat the request in its answer: secrets are cut out.
   */
  #explained(call: Pick<ArgoCDCall, 'method' | 'path'>, error: unknown): unknown {
    if (!(error instanceof ArgoCDError)) return error;
    const { url, credential } = this.#connection;
    const reason = [this.#session.current, ...this.#headerValues]
      .map((secret) => secret?.reveal() ?? '')
      .filter((value) => value.length >= shortestSecret)
      .reduce((text, secret) => text.replaceAll(secret, '***'), error.reason);
    return new ArgoCDError(nameOf({ method: call.method, path: url + call.path }), reason, {
      ...{ failure: error.failure, status: error.status, retryAfter: error.retryAfter },
      advice: adviceOn(error.failure, credential, this.#way, reason),
      credential: error.failure === 'unauthenticated' ? credential.kind : undefined,
      cause: error.cause,
    });
  }
}

/** Shorter header values are words such as `true`, which answers are full of. */
const shortestSecret = 8;

function authorization(token: Secret) {
  return { Authorization: `Bearer ${token.reveal()}` };
}
