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
import { throughProxy, routeOf, type ConnectionRoute } from './connection-route.ts';

/** Makes calls with the session's token, and explains their failures. */
export class Caller {
  readonly #connection: Connection;
  readonly #http: HttpClient;
  readonly #session: Session;
  readonly #headerValues: readonly Secret[];
  readonly #route: ConnectionRoute;

  /** `onToken` receives every token from a login, so that it can be masked. */
  constructor(connection: Connection, onToken: (token: Secret) => void, options: HttpOptions = {}) {
    this.#http = new HttpClient(connection, options);
    this.#headerValues = connection.headers.map(({ value }) => value);
    this.#connection = connection;
    this.#route = routeOf(connection);
    this.#session = new Session(connection.credential, this.#http, onToken, this.#route);
  }

  /** Sends a call and returns the JSON of the answer. Rejects with an `ArgoCDError`. */
  async json(call: ArgoCDCall): Promise<unknown> {
    return this.parse(call, await this.send(call));
  }

  /** The JSON of an answer from `send`, or an `ArgoCDError` that classifies it. */
  async parse(call: ArgoCDCall, response: HttpResponse): Promise<unknown> {
    try {
      return await inTurns(jsonOf(nameOf(call), call.effect, response, this.#route));
    } catch (error) {
      throw this.#explained(call, error);
    }
  }

  /** The result of `reading`, or an `ArgoCDError` if the shape of the answer is unexpected. */
  read<T>(call: ArgoCDCall, reading: () => T): T {
    try {
      return readable(call, reading);
    } catch (error) {
      throw this.#explained(call, error);
    }
  }

  /** Like `read` for large answers: it yields to other work. */
  async readInTurns<T>(call: ArgoCDCall, reading: Generator<number, T>): Promise<T> {
    try {
      return await readableInTurns(call, reading);
    } catch (error) {
      throw this.#explained(call, error);
    }
  }

  /** Sends a call. If a renewable token is refused, logs in and sends it again. */
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
    // Exactly this value: with any other, Argo CD sends no heartbeats, and no response head before the
    // first event.
    const headers = { ...authorization(token), Accept: 'text/event-stream' };
    const response = await this.#sent(call, () =>
      this.#http.open({ method, path, timeout, signal, headers }),
    );
    try {
      const { statusCode = 0 } = response;
      if (statusCode === 401) this.#session.discard(token);
      const type = response.headers['content-type'] ?? 'no content type';
      if (statusCode !== 200 || !type.startsWith('text/event-stream')) {
        const reason = `the stream responds with HTTP ${statusCode} and ${type.slice(0, 100)}${throughProxy(this.#route)}`;
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
    const reason = `the stream failed: ${errorMessage(error)}${throughProxy(this.#route)}`;
    return new ArgoCDError(name, reason, { failure: 'unavailable', cause: error });
  }

  /** Closes idle connections, so that a process can exit. */
  close(): Promise<void> {
    return this.#http.close();
  }

  #sendWith(token: Secret, call: ArgoCDCall): Promise<HttpResponse> {
    const { method, path, body, take, timeout, signal } = call;
    const headers = {
      ...authorization(token),
      Accept: 'application/json',
      'Accept-Encoding': 'gzip',
      // Argo CD requires exactly this for every request but GET, even without a body.
      ...(method === 'GET' ? {} : { 'Content-Type': 'application/json' }),
    };
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    return this.#sent(call, () =>
      this.#http.send({ method, path, headers, ...content, take, timeout, signal }),
    );
  }

  /** Logs in if there is no token yet. */
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
      const meaning = classifyTransportError(nameOf(call), call.effect, error, this.#route);
      throw this.#explained(call, meaning);
    }
  }

  /**
   * Adds the full URL to an error, and what to do if the connection is to blame. A proxy or ingress may
   * echo the request in its answer, so secrets are removed.
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
      advice: adviceOn(error.failure, credential, this.#route, reason),
      credential: error.failure === 'unauthenticated' ? credential.kind : undefined,
      cause: error.cause,
    });
  }
}

/** Shorter header values are words such as `true`, which are common in answers. */
const shortestSecret = 8;

function authorization(token: Secret) {
  return { Authorization: `Bearer ${token.reveal()}` };
}
