import { createHash } from 'node:crypto';

/** SHA-256 of a text, 64 hexadecimal digits: for what is compared, and kept in place of the text. */
export function digestOfText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
