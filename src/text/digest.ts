import { createHash } from 'node:crypto';

/** SHA-256 of a text, 64 hexadecimal digits: to compare texts, or to store instead of them. */
export function digestOfText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
