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

/** Deployments that are kept, the newest. Argo CD keeps 10 unless told. */
const mostHistory = 1_000;

/** What the newest deployment was made from; undefined where nothing says. */
export function readDeployedSources(
  entries: readonly RawEntry[] | null | undefined,
): readonly Source[] | undefined {
  const newest = (entries ?? []).reduce<RawEntry | undefined>(
    (known, entry) => (known === undefined || entry.id > known.id ? entry : known),
    undefined,
  );
  return newest && readSources(newest.source, newest.sources).sources;
}

/** Oldest first. It yields how many steps it has made since it yielded last. */
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
