import * as z from 'zod/mini';
import { ArgoCDError } from '../argocd-error.ts';
import { Secret } from '../../secret.ts';
import { abortable } from '../../async/abortable.ts';
import { inTurns } from '../../async/in-turns.ts';
import { jsonOf } from './answer.ts';
import type { Credential } from './connection.ts';
import { TransportError } from './http.ts';
import type { HttpClient } from './http.ts';
import type { Failure } from '../../sync/model/failure.ts';
import { classifyTransportError } from './transport-failure.ts';
import { directRoute, type ConnectionRoute } from './connection-route.ts';

const loginSchema = z.object({ token: z.string().check(z.minLength(1)) });
const loginTimeout = 30_000;
/** The name of a login in messages. */
export const sessionCall = { method: 'POST', path: '/api/v1/session' } as const;
/** Failures that mean rejected credentials, because a login requests nothing else. */
const refusals: readonly Failure[] = ['forbidden', 'hidden', 'refused'];

/**
 * The token that calls carry. A user name and password are exchanged for one by logging in, once
 * for all concurrent calls, and again when Argo CD no longer accepts it. States with a password:
 * logged out, logging in (back on failure), logged in until `discard`.
 */
export class Session {
  readonly #credential: Credential;
  readonly #route: ConnectionRoute;
  readonly #http: HttpClient;
  readonly #onToken: (token: Secret) => void;
  #token: Promise<Secret> | undefined;
  #current: Secret | undefined;

  /**
   * `onToken` receives every token before it is used, so that it can be masked. `route` is for messages.
   */
  constructor(
    credential: Credential,
    http: HttpClient,
    onToken: (token: Secret) => void,
    route: ConnectionRoute = directRoute,
  ) {
    this.#route = route;
    this.#credential = credential;
    this.#http = http;
    this.#onToken = onToken;
    if (credential.kind === 'token') this.#current = credential.token;
  }

  /** The token in use, if there is one. */
  get current(): Secret | undefined {
    return this.#current;
  }

  /** Whether a rejected token can be replaced by a new one. */
  get renewable(): boolean {
    return this.#credential.kind === 'password';
  }

  /** The token to call with. Rejects with the signal's reason as soon as it aborts. */
  async token(signal: AbortSignal): Promise<Secret> {
    const credential = this.#credential;
    if (credential.kind === 'token') return credential.token;
    this.#token ??= this.#login(credential).catch((error: unknown) => {
      this.#token = undefined;
      throw error;
    });
    return abortable(this.#token, signal);
  }

  /** Forgets a refused token, unless another call has already renewed it. */
  discard(refused: Secret): void {
    if (!this.renewable || this.#current !== refused) return;
    this.#current = undefined;
    this.#token = undefined;
  }

  async #login({ username, password }: Extract<Credential, { kind: 'password' }>): Promise<Secret> {
    const { method, path } = sessionCall;
    const call = `${method} ${path}`;
    try {
      const response = await this.#http.send({
        method,
        path,
        headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
        body: JSON.stringify({ username, password: password.reveal() }),
        timeout: loginTimeout,
        // The login is shared by all waiting calls, so none of them may abort it.
        signal: new AbortController().signal,
      });
      const json = await inTurns(jsonOf(call, 'read', response, this.#route));
      const parsed = loginSchema.safeParse(json);
      if (!parsed.success) {
        throw new ArgoCDError(call, 'the response contains no token', { failure: 'not-argocd' });
      }
      const token = new Secret(parsed.data.token);
      this.#onToken(token);
      this.#current = token;
      return token;
    } catch (error) {
      if (error instanceof TransportError) {
        throw classifyTransportError(call, 'read', error, this.#route);
      }
      if (!(error instanceof ArgoCDError) || !refusals.includes(error.failure)) throw error;
      const { reason, status } = error;
      throw new ArgoCDError(call, reason, { failure: 'unauthenticated', status, cause: error });
    }
  }
}
