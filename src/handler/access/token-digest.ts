import { createHash, timingSafeEqual } from 'node:crypto';

/** SHA-256, which is enough for tokens: they are long and random, so they cannot be guessed. */
export function tokenHash(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}

/** Compares two secrets in constant time. */
export function isSameSecret(one: string, other: string): boolean {
  return timingSafeEqual(tokenHash(one), tokenHash(other));
}
