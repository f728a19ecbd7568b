import { createHash } from 'node:crypto';
import { atOnce } from '../../sync/model/at-once.ts';

/** What is printed of a value takes as long as so many comparisons. */
const stepsOfValue = 2;

/**
 * Text that is equal exactly when two JSON values say the same: in the stream, which passes a filter
 * of fields, Argo CD writes keys in another order than in its answers, and what is empty may be
 * left out in one place and written in another. Operations are known again by this text after a
 * restart, so it stays as it is.
 */
export function canonical(value: unknown): string {
  return atOnce(canonicalInTurns(value));
}

/** The same in 64 characters, whatever the size of the value. */
export function digestOf(value: unknown): string {
  return digestOfText(canonical(value));
}

/** The digest of a value's canonical text; it yields so that others can have their turn. */
export function* digestInTurns(value: unknown): Generator<number, string> {
  return digestOfText(yield* canonicalInTurns(value));
}

/** SHA-256, hexadecimal. */
export function digestOfText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/**
 * The canonical text; it yields how many steps it has made since it yielded last: an operation may
 * name thousands of resources.
 */
export function* canonicalInTurns(value: unknown): Generator<number, string> {
  yield stepsOfValue;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const parts: string[] = [];
  if (Array.isArray(value)) {
    for (const child of value as readonly unknown[]) {
      parts.push(isEmpty(child) ? 'null' : yield* canonicalInTurns(child));
    }
    return `[${parts.join(',')}]`;
  }
  for (const [key, child] of Object.entries(ordered(value))) {
    parts.push(`${JSON.stringify(key)}:${yield* canonicalInTurns(child)}`);
  }
  return `{${parts.join(',')}}`;
}

function ordered(value: object): object {
  const entries = Object.entries(value).filter(([, child]) => !isEmpty(child));
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '' || value === false) return true;
  return Array.isArray(value) && value.length === 0;
}
