import { createHash } from 'node:crypto';

/**
 * Text that is equal exactly when two JSON values say the same: in the stream, which passes a filter
 * of fields, Argo CD writes keys in another order than in its answers, and what is empty may be
 * left out in one place and written in another.
 */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, child: unknown) =>
    isEmpty(child) ? undefined : ordered(child),
  );
}

/** The same in 64 characters, whatever the size of the value. */
export function digestOf(value: unknown): string {
  return digestOfText(canonical(value));
}

/** SHA-256, hexadecimal. */
export function digestOfText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function ordered(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).filter(([, child]) => !isEmpty(child));
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '' || value === false) return true;
  return Array.isArray(value) && value.length === 0;
}
