import { createHash, timingSafeEqual } from 'node:crypto';

/** SHA-256. Enough for tokens, which are long and random: there is nothing to guess from. */
export function tokenHash(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}

/** Compares two secrets in a time that tells nothing of either. */
export function isSameSecret(one: string, other: string): boolean {
  return timingSafeEqual(tokenHash(one), tokenHash(other));
}
