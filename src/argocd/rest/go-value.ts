import * as z from 'zod/mini';
import { healthStatuses } from '../../sync/model/application.ts';
import { TextBudget } from './text-budget.ts';
import type { Health } from '../../sync/model/application.ts';

/** Go leaves out what is empty, and writes `null` for an empty list. */
export const textOrEmpty = z._default(z.nullish(z.string()), '');
/** Kubernetes has no name of more than 253 characters. A longer one is refused: cut, it is another. */
export const longestName = 1_024;
/** A name of Kubernetes or Argo CD; empty where Go left it out. */
export const name = z._default(z.nullish(z.string().check(z.maxLength(longestName))), '');
/**
 * What is compared or sent back, such as a revision, a path or an option: longer than any that is
 * meant. It is refused like a name, since what was cut is something else.
 */
export const longestWord = 4_096;
const someWord = z.string().check(z.maxLength(longestWord));
/** Text of up to `longestWord` that is compared or sent back; empty where Go left it out. */
export const word = z._default(z.nullish(someWord), '');
/** Entries of a list of which people write a few. */
export const mostWords = 1_000;
/** A list of up to `mostWords` words; empty where Go left it out. */
export const words = fewOf(someWord);
/** A boolean; Go leaves out `false`. */
export const flag = z._default(z.nullish(z.boolean()), false);
/** A `metav1.Time`: RFC 3339 text, which `readTime` turns into milliseconds. */
export const moment = z
  .string()
  .check(z.refine((value) => !Number.isNaN(Date.parse(value)), 'a time'));
/** A `moment` that may be absent or null. */
export const time = z.nullish(moment);
/** A list of no more than `mostWords`. */
export function fewOf<T extends z.core.SomeType>(item: T) {
  return z._default(z.nullish(z.array(item).check(z.maxLength(mostWords))), []);
}
/**
 * A list of any length, for what the size of the response bounds already; Go writes `null` for an
 * empty one.
 */
export const list = <T extends z.core.SomeType>(item: T) =>
  z._default(z.nullish(z.array(item)), []);

/** `status.sync.status`; empty before the first comparison. */
export const syncStatus = z.nullish(z.enum(['Synced', 'OutOfSync', 'Unknown', '']));

/** What rules read of a source of an application (`spec.source`, `spec.sources[]`). */
export const sourceSchema = z.object({
  repoURL: word,
  path: word,
  chart: word,
  targetRevision: word,
});

/** Who asked for an operation. */
export const initiatorSchema = z.nullish(z.looseObject({ username: textOrEmpty, automated: flag }));

/** Present means on, unless 3.1's `enabled` says otherwise. */
export const automatedSchema = z.nullish(z.object({ enabled: z.nullish(z.boolean()) }));

/** Whether automated sync is on; `spec.syncPolicy.automated` as it came. */
export function isAutomated(automated: z.output<typeof automatedSchema>): boolean {
  return automated != null && automated.enabled !== false;
}

/** Reads a `moment`, in milliseconds since the epoch; undefined where there is none. */
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

/** A health as Argo CD sends it; undefined where it has none. The message is bounded by `words`. */
export function readHealth(
  health: { status: string | null; message: string | null } | null | undefined,
  words = new TextBudget(),
): Health | undefined {
  if (!health?.status) return undefined;
  const status = healthStatuses.find((known) => known === health.status);
  // What this version does not know is not taken for healthy.
  return { status: status ?? 'Unknown', message: words.take(health.message) };
}
