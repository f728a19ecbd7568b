import { abortable } from '../../async/abortable.ts';
import { errorMessage } from '../../async/error-message.ts';
import type { Clock } from '../../async/clock.ts';
import { Secret } from '../../secret.ts';
import { plainLine } from '../../text/foreign-text.ts';
import type { Resolve } from '../http/address-guard.ts';
import type { ManagedIdentity } from './azure-identity.ts';
import { credentialOf } from './entra-credential.ts';
import type { EntraIdentity } from './entra-credential.ts';
import { IdentityError } from './identity-error.ts';
import { IdentityHttp, platformHttp } from './identity-http.ts';

/** What the tokens of an identity are requested with. */
export interface IdentityTokensSettings {
  readonly clock: Clock;
  /** Default: Node's own. */
  readonly resolve?: Resolve;
}

/** The scope of Azure DevOps in Entra (azure-devops.md §13.8). */
const scope = '499b84ac-1321-427f-aa17-267ca6975798/.default';
/** How long before its expiry a token is renewed while it is still used; milliseconds. */
const renewal = 10 * 60_000;
/** How long before its expiry a token is no longer used: calls take time, and clocks differ. */
const margin = 2 * 60_000;
const deadline = 30_000;
/** The pause after a failure; milliseconds. */
const pause = 5_000;
/**
 * If a token is refused this soon after it was issued, another one would be refused too; milliseconds.
 */
const trial = 60_000;

interface Known {
  readonly token: Secret;
  /** By our clock; milliseconds. */
  readonly givenAt: number;
  readonly expiresAt: number;
}

/**
 * The tokens of one Entra identity: kept in memory until shortly before they expire, requested once at a
 * time, never stored, never logged. One that is refused before it expires is replaced, at most once a
 * minute. The platform of a managed identity may return the same token, because its tokens cannot be
 * renewed early.
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
    this.#http =
      identity.kind === 'managedIdentity'
        ? platformHttp()
        : new IdentityHttp({ reach: reachOf(identity), ...(resolve && { resolve }) });
  }

  /**
   * Returns a token. With `refused`, a token other than that one, or the same if there is no other.
   * Rejects with an `IdentityError`, or with the signal's reason.
   */
  async token(signal: AbortSignal, refused?: Secret): Promise<Secret> {
    signal.throwIfAborted();
    const now = this.#settings.clock.now();
    const known = this.#known;
    if (known === undefined || now >= known.expiresAt - margin)
      return abortable(this.#ask(), signal);
    if (refused?.reveal() === known.token.reveal()) {
      const age = now - known.givenAt;
      return age >= 0 && age < trial ? known.token : abortable(this.#ask(), signal);
    }
    // The current token still works; a failed renewal is reported once it has expired.
    if (now >= known.expiresAt - renewal) this.#ask().catch(() => undefined);
    return known.token;
  }

  /** Closes all connections. */
  async close(): Promise<void> {
    if (this.#identity.kind !== 'managedIdentity') await this.#http.close();
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
    // A new credential each time: an existing one would return its cached token.
    const credential = await credentialOf(this.#identity, this.#http);
    const abortSignal = AbortSignal.timeout(deadline);
    const late = new IdentityError(`No token arrived within ${deadline / 1_000} s`, 'Retrying.');
    try {
      const asked = credential.getToken(scope, { abortSignal });
      const given = await abortable(asked, abortSignal, late);
      if (given === null)
        throw new IdentityError('There is no token', 'Check `azureDevOps.identity`.');
      const token = new Secret(given.token);
      // The expiry is by the clock of this machine, which our own clock follows.
      const life = Math.max(0, given.expiresOnTimestamp - Date.now());
      const givenAt = clock.now();
      this.#known = { token, givenAt, expiresAt: givenAt + life };
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

/** An issuer on this machine is a simulated one. */
function reachOf({ authority }: Exclude<EntraIdentity, ManagedIdentity>): 'public' | 'private' {
  const { hostname } = new URL(authority);
  return hostname === '127.0.0.1' || hostname === 'localhost' ? 'private' : 'public';
}
