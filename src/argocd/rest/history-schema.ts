import * as z from 'zod/mini';
import type { HistoryEntry } from '../../sync/application.ts';
import { digestInTurns } from './canonical.ts';
import { initiatorSchema, list, readRevisions, readTime, text, time } from './go-value.ts';

/** An entry of `status.history`. */
export const historySchema = z.object({
  id: z.number(),
  revision: text,
  revisions: list(z.string()),
  deployedAt: time,
  deployStartedAt: time,
  initiatedBy: initiatorSchema,
  source: z.nullish(z.unknown()),
  sources: z.nullish(z.unknown()),
});

/** Oldest first. It yields how many steps it has made since it yielded last. */
export function* readHistory(
  entries: readonly z.output<typeof historySchema>[] | null | undefined,
): Generator<number, readonly HistoryEntry[]> {
  const history: HistoryEntry[] = [];
  for (const entry of entries ?? []) {
    history.push({
      id: entry.id,
      revisions: readRevisions(entry),
      sources: yield* digestInTurns(entry.sources ?? [entry.source]),
      deployStartedAt: readTime(entry.deployStartedAt),
      deployedAt: readTime(entry.deployedAt),
      initiatedBy: entry.initiatedBy?.username ?? '',
      automated: entry.initiatedBy?.automated ?? false,
    });
  }
  return history.sort((a, b) => a.id - b.id);
}
