import * as z from 'zod/mini';
import { healthStatuses } from '../../sync/model/application.ts';
import { TextBudget } from './text-budget.ts';
import type { Health } from '../../sync/model/application.ts';

/** Go omits empty values, and writes `null` for an empty list. */
export const textOrEmpty = z._default(z.nullish(z.string()), '');
/**
 * Names in Kubernetes have up to 253 characters. Longer ones are refused, because a cut name is a
 * different name.
 */
export const longestName = 1_024;
/** A name of Kubernetes or Argo CD; empty if Go omitted it. */
export const name = z._default(z.nullish(z.string().check(z.maxLength(longestName))), '');
/**
 * The limit for texts that are compared or sent back, such as revisions, paths or options. Longer ones
 * are refused like names, because a cut text is a different text.
 */
export const longestWord = 4_096;
const someWord = z.string().check(z.maxLength(longestWord));
/** Text of up to `longestWord` that is compared or sent back; empty if Go omitted it. */
export const word = z._default(z.nullish(someWord), '');
/** The limit of entries in lists that people write. */
export const mostWords = 1_000;
/** A list of up to `mostWords` words; empty if Go omitted it. */
export const words = fewOf(someWord);
/** A boolean; Go omits `false`. */
export const flag = z._default(z.nullish(z.boolean()), false);
/** A `metav1.Time`: RFC 3339 text, which `readTime` turns into milliseconds. */
export const moment = z
  .string()
  .check(z.refine((value) => !Number.isNaN(Date.parse(value)), 'a time'));
/** A `moment` that may be absent or null. */
export const time = z.nullish(moment);
/** A list of up to `mostWords` items. */
export function fewOf<T extends z.core.SomeType>(item: T) {
  return z._default(z.nullish(z.array(item).check(z.maxLength(mostWords))), []);
}
/** A list of any length, bounded by the size of the response; Go writes `null` for an empty one. */
export const list = <T extends z.core.SomeType>(item: T) =>
  z._default(z.nullish(z.array(item)), []);

/** `status.sync.status`; empty before the first comparison. */
export const syncStatus = z.nullish(z.enum(['Synced', 'OutOfSync', 'Unknown', '']));

/** The fields of a source that rules read (`spec.source`, `spec.sources[]`). */
export const sourceSchema = z.object({
  repoURL: word,
  path: word,
  chart: word,
  targetRevision: word,
});

/** Who requested an operation. */
export const initiatorSchema = z.nullish(z.looseObject({ username: textOrEmpty, automated: flag }));

/** Present means on, unless 3.1's `enabled` says otherwise. */
export const automatedSchema = z.nullish(z.object({ enabled: z.nullish(z.boolean()) }));

/** Whether automated sync is on, from the raw `spec.syncPolicy.automated`. */
export function isAutomated(automated: z.output<typeof automatedSchema>): boolean {
  return automated != null && automated.enabled !== false;
}

/** Reads a `moment` in milliseconds since the epoch; undefined if absent. */
export function readTime(value: string | null | undefined): number | undefined {
  return value == null ? undefined : Date.parse(value);
}

/** A multi-source application leaves `revision` empty and fills `revisions`. */
export function readRevisions(
  from: { revision?: string | null; revisions?: string[] | null } | null | undefined,
): readonly string[] {
  if (from?.revisions != null && from.revisions.length > 0) return from.revisions;
  return from?.revision ? [from.revision] : [];
}

/** Reads a health status; undefined if absent. `words` bounds the message. */
export function readHealth(
  health: { status: string | null; message: string | null } | null | undefined,
  words = new TextBudget(),
): Health | undefined {
  if (!health?.status) return undefined;
  const status = healthStatuses.find((known) => known === health.status);
  // An unknown status does not count as healthy.
  return { status: status ?? 'Unknown', message: words.take(health.message) };
}
