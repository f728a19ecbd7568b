import { errorMessage } from '../../async/error-message.ts';
import type { Secret } from '../../secret.ts';
import { AzureError } from './azure-error.ts';

/** Gives another token than the one that was refused, or that one where there is no other. */
export type RenewToken = (refused: Secret) => Promise<Secret>;

/**
 * The token of one piece of work. It may be turned away before its end: a password was reset, a session
 * revoked, or Azure DevOps errs. A call that is turned away at the door was not done, so it is made
 * once more with another token, if there is one; that happens once in a piece of work, whatever it
 * calls, so that nothing goes round in circles.
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

  /** Rejects as the call does, but for a reason that says why there is no other token. */
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
      // It stays a refusal: whoever has done a part of the work must not take it for undone.
      throw refusal.because(`there is no other token: ${errorMessage(error)}`);
    }
  }
}
