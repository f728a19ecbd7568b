import * as z from 'zod/mini';
import type { HistoryEntry } from '../../sync/model/application.ts';
import type { Source } from '../../sync/model/application.ts';
import { digestInTurns } from './canonical.ts';
import { looseSourceSchema, readSources } from './source-schema.ts';
import { bounded } from './bounded-text.ts';
import {
  initiatorSchema,
  longestName,
  readRevisions,
  readTime,
  time,
  word,
  words,
} from './go-value.ts';

/** An entry of `status.history`: one deployment, as Argo CD stores it. */
export const historySchema = z.lazy(() =>
  z.object({
    id: z.number(),
    revision: word,
    revisions: words,
    deployedAt: time,
    deployStartedAt: time,
    initiatedBy: initiatorSchema,
    source: z.nullish(looseSourceSchema),
    sources: z.nullish(z.array(looseSourceSchema)),
  }),
);

type RawEntry = z.output<typeof historySchema>;

/** The limit of deployments that are kept, the newest ones. Argo CD keeps 10 by default. */
const mostHistory = 1_000;

/** The sources of the newest deployment; undefined if unknown. */
export function readDeployedSources(
  entries: readonly RawEntry[] | null | undefined,
): readonly Source[] | undefined {
  const newest = (entries ?? []).reduce<RawEntry | undefined>(
    (known, entry) => (known === undefined || entry.id > known.id ? entry : known),
    undefined,
  );
  return newest && readSources(newest.source, newest.sources).sources;
}

/** Reads the history, oldest first. Yields the work done since the last yield. */
export function* readHistory(
  entries: readonly RawEntry[] | null | undefined,
): Generator<number, readonly HistoryEntry[]> {
  const history: HistoryEntry[] = [];
  const newest = [...(entries ?? [])].sort((a, b) => a.id - b.id).slice(-mostHistory);
  for (const entry of newest) {
    history.push({
      id: entry.id,
      revisions: readRevisions(entry),
      sources: yield* digestInTurns(entry.sources ?? [entry.source]),
      deployStartedAt: readTime(entry.deployStartedAt),
      deployedAt: readTime(entry.deployedAt),
      initiatedBy: bounded(entry.initiatedBy?.username ?? '', longestName),
      automated: entry.initiatedBy?.automated ?? false,
    });
  }
  return history;
}
