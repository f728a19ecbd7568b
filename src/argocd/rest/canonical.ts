import { createHash } from 'node:crypto';
import { atOnce } from '../../sync/model/at-once.ts';

/** The cost of printing one value, in comparisons. */
const stepsOfValue = 2;
/** The number of steps within one list or object after which it yields. */
const mostSteps = 16;

/**
 * A text that is equal exactly if two JSON values mean the same. In its stream, which passes through a
 * field filter, Argo CD writes keys in a different order than in its answers, and empty values may be
 * absent in one and present in the other. After a restart, operations are recognized by this text, so
 * its format must never change.
 */
export function canonical(value: unknown): string {
  return atOnce(canonicalInTurns(value));
}

/** A digest of the canonical text: 64 characters, whatever the size of the value. */
export function digestOf(value: unknown): string {
  return digestOfText(canonical(value));
}

/** The digest of a value's canonical text; yields to other work. */
export function* digestInTurns(value: unknown): Generator<number, string> {
  return digestOfText(yield* canonicalInTurns(value));
}

/** SHA-256, hexadecimal. */
export function digestOfText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/**
 * The canonical text. Yields the work done since the last yield, because an operation may name thousands
 * of resources.
 */
export function* canonicalInTurns(value: unknown): Generator<number, string> {
  if (!isContainer(value)) return JSON.stringify(value);
  const isList = Array.isArray(value);
  const parts: string[] = [];
  let steps = stepsOfValue;
  for (const [key, child] of isList ? items(value) : members(value)) {
    // Most values are texts; a generator for each would dominate the cost.
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

/** The members that are not empty, by key. */
function members(value: object): readonly (readonly [string, unknown])[] {
  const entries = Object.entries(value).filter(([, child]) => !isEmpty(child));
  // Objects order numeric keys first, and so do the stored texts.
  return Object.entries(Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))));
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '' || value === false) return true;
  return Array.isArray(value) && value.length === 0;
}
