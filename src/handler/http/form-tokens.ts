import { createHmac } from 'node:crypto';
import { isSameSecret } from '../access/token-digest.ts';

/**
 * Proves that a form is from a page of ours: browsers send the password of the listener along with
 * whatever other sites have them post. Each token is for one act on one thing, and for this process.
 */
export class FormTokens {
  readonly #key: Buffer;

  /** `key`: 32 random bytes. */
  constructor(key: Buffer) {
    this.#key = key;
  }

  tokenOf(act: string, thing: string): string {
    return createHmac('sha256', this.#key)
      .update(JSON.stringify([act, thing]))
      .digest('hex');
  }

  isValid(token: string, act: string, thing: string): boolean {
    return isSameSecret(token, this.tokenOf(act, thing));
  }
}

/** Whether a browser says that a request comes from another site than the one that it is sent to. */
export function isFromElsewhere(header: (name: string) => string | undefined): boolean {
  const site = header('Sec-Fetch-Site');
  if (site !== undefined && site !== 'same-origin') return true;
  const origin = header('Origin');
  if (origin === undefined) return false;
  return !URL.canParse(origin) || new URL(origin).host !== header('Host')?.toLowerCase();
}
