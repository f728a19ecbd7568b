import { errorMessage } from '../../async/error-message.ts';
import type { Secret } from '../../secret.ts';
import { AzureError } from './azure-error.ts';

/** Returns a token other than the refused one, or the same if there is no other. */
export type RenewToken = (refused: Secret) => Promise<Secret>;

/**
 * The token of one unit of work. It may be refused before it expires: after a password reset, a revoked
 * session, or an error in Azure DevOps. A call with a refused token was not carried out, so it is
 * repeated with another token, if there is one. This happens at most once per unit of work, to avoid
 * loops.
 */
export class HeldToken {
  readonly #renew: RenewToken;
  readonly #signal: AbortSignal;
  #token: Secret;
  #isRenewed = false;

  constructor(token: Secret, renew: RenewToken, signal: AbortSignal) {
    this.#token = token;
    this.#renew = renew;
    this.#signal = signal;
  }

  /** Rejects like the call, except that the reason also says why there is no other token. */
  async use<T>(call: (token: Secret) => Promise<T>): Promise<T> {
    const token = this.#token;
    try {
      return await call(token);
    } catch (error) {
      const isRefused = error instanceof AzureError && error.failure === 'unauthenticated';
      if (!isRefused || this.#isRenewed) throw error;
      this.#isRenewed = true;
      const other = await this.#other(error);
      if (other.reveal() === token.reveal()) throw error;
      this.#token = other;
      return await call(other);
    }
  }

  async #other(refusal: AzureError): Promise<Secret> {
    try {
      return await this.#renew(this.#token);
    } catch (error) {
      this.#signal.throwIfAborted();
      // It stays a refusal: a caller that has done part of the work must not consider it undone.
      throw refusal.because(`there is no other token: ${errorMessage(error)}`);
    }
  }
}
