import { createHmac } from 'node:crypto';
import { isSameSecret } from '../access/token-digest.ts';

/**
 * Proves that a form comes from one of our pages. Browsers attach the listener's password even to requests
 * that other sites trigger. Each token is for one act on one thing, in this process.
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

/** Whether a browser says that a request comes from another site. */
export function isFromElsewhere(header: (name: string) => string | undefined): boolean {
  const site = header('Sec-Fetch-Site');
  if (site !== undefined && site !== 'same-origin') return true;
  const origin = header('Origin');
  if (origin === undefined) return false;
  return !URL.canParse(origin) || new URL(origin).host !== header('Host')?.toLowerCase();
}
