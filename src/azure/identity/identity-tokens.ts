import { abortable } from '../../async/abortable.ts';
import { errorMessage } from '../../async/error-message.ts';
import type { Clock } from '../../async/clock.ts';
import { Secret } from '../../secret.ts';
import { plainLine } from '../../text/foreign-text.ts';
import type { Resolve } from '../http/address-guard.ts';
import { credentialOf } from './entra-credential.ts';
import type { EntraIdentity } from './entra-credential.ts';
import { IdentityError } from './identity-error.ts';
import { IdentityHttp } from './identity-http.ts';

/** What tokens are asked for with. */
export interface IdentityTokensSettings {
  readonly clock: Clock;
  /** Node's own unless told. */
  readonly resolve?: Resolve;
}

/** Azure DevOps as a resource of Entra (azure-devops.md §13.8). */
const scope = '499b84ac-1321-427f-aa17-267ca6975798/.default';
/** A token is renewed so long before its end, milliseconds, while it still serves. */
const renewal = 10 * 60_000;
/** And it is not used any more so long before: a call takes its time, and clocks differ. */
const margin = 2 * 60_000;
const deadline = 30_000;
/** After a failure nobody is asked for so long. */
const pause = 5_000;

interface Known {
  readonly token: Secret;
  /** By our clock, milliseconds. */
  readonly expiresAt: number;
}

/**
 * The tokens of one identity of Entra: kept in memory until shortly before their end, asked for once
 * at a time, never stored and never logged.
 */
export class IdentityTokens {
  readonly #identity: EntraIdentity;
  readonly #settings: IdentityTokensSettings;
  readonly #http: IdentityHttp;
  #known: Known | undefined;
  #asking: Promise<Secret> | undefined;
  #failed: { readonly at: number; readonly error: Error } | undefined;

  constructor(identity: EntraIdentity, settings: IdentityTokensSettings) {
    this.#identity = identity;
    this.#settings = settings;
    const { resolve } = settings;
    this.#http = new IdentityHttp({ reach: reachOf(identity), ...(resolve && { resolve }) });
  }

  /** Rejects with an `IdentityError`, or with the signal's reason. */
  async token(signal: AbortSignal): Promise<Secret> {
    signal.throwIfAborted();
    const now = this.#settings.clock.now();
    const known = this.#known;
    if (known === undefined || now >= known.expiresAt - margin)
      return abortable(this.#ask(), signal);
    // Whoever calls now has one; that there will be none is told when that one has ended.
    if (now >= known.expiresAt - renewal) this.#ask().catch(() => undefined);
    return known.token;
  }

  /** Cuts all connections. */
  close(): Promise<void> {
    return this.#http.close();
  }

  #ask(): Promise<Secret> {
    if (this.#asking !== undefined) return this.#asking;
    const failed = this.#failed;
    const since = this.#settings.clock.now() - (failed?.at ?? -Infinity);
    if (failed !== undefined && since >= 0 && since < pause) return Promise.reject(failed.error);
    const asking = this.#request();
    this.#asking = asking;
    const end = (error?: Error) => {
      this.#asking = undefined;
      this.#failed = error === undefined ? undefined : { at: this.#settings.clock.now(), error };
    };
    asking.then(
      () => end(),
      (error: Error) => end(error),
    );
    return asking;
  }

  async #request(): Promise<Secret> {
    const { clock } = this.#settings;
    // One of its own each time: a credential keeps what it has, and would give it to us again.
    const credential = await credentialOf(this.#identity, this.#http);
    const abortSignal = AbortSignal.timeout(deadline);
    const late = new IdentityError(
      `There was no token within ${deadline / 1_000} s`,
      'It is asked again.',
    );
    try {
      const asked = credential.getToken(scope, { abortSignal });
      const given = await abortable(asked, abortSignal, late);
      if (given === null)
        throw new IdentityError('There is no token', 'Check `azureDevOps.identity`.');
      const token = new Secret(given.token);
      // The end is told by the clock of this machine, which our own clock follows.
      const life = Math.max(0, given.expiresOnTimestamp - Date.now());
      this.#known = { token, expiresAt: clock.now() + life };
      return token;
    } catch (error) {
      throw this.#explained(error);
    }
  }

  #explained(error: unknown): IdentityError {
    const known = error instanceof IdentityError ? error : this.#http.failure;
    if (known !== undefined) return known;
    const message = `There is no token: ${plainLine(errorMessage(error), 300)}`;
    return new IdentityError(message, 'Check `azureDevOps.identity`.');
  }
}

/** An issuer on this machine is one that is simulated. */
function reachOf(identity: EntraIdentity): 'public' | 'private' | undefined {
  if (identity.kind === 'managedIdentity') return undefined;
  const { hostname } = new URL(identity.authority);
  return hostname === '127.0.0.1' || hostname === 'localhost' ? 'private' : 'public';
}
