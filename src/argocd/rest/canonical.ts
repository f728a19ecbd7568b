import { createHash } from 'node:crypto';
import { atOnce } from '../../sync/model/at-once.ts';

/** What is printed of a value takes as long as so many comparisons. */
const stepsOfValue = 2;
/** After so many it yields within one list or object. */
const mostSteps = 16;

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
  if (!isContainer(value)) return JSON.stringify(value);
  const isList = Array.isArray(value);
  const parts: string[] = [];
  let steps = stepsOfValue;
  for (const [key, child] of isList ? items(value) : members(value)) {
    // Most values are texts, and a generator for each would take most of the time.
    const text = isContainer(child) ? yield* canonicalInTurns(child) : JSON.stringify(child);
    parts.push(isList ? text : `${JSON.stringify(key)}:${text}`);
    steps += stepsOfValue;
    if (steps < mostSteps) continue;
    yield steps;
    steps = 0;
  }
  yield steps;
  return isList ? `[${parts.join(',')}]` : `{${parts.join(',')}}`;
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function items(list: readonly unknown[]): readonly (readonly [string, unknown])[] {
  return list.map((child) => ['', isEmpty(child) ? null : child] as const);
}

/** What is not empty, by key. */
function members(value: object): readonly (readonly [string, unknown])[] {
  const entries = Object.entries(value).filter(([, child]) => !isEmpty(child));
  // An object has keys that are numbers first: so it is in the texts that are stored.
  return Object.entries(Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))));
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '' || value === false) return true;
  return Array.isArray(value) && value.length === 0;
}
