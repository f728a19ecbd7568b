import type { Application, HistoryEntry, OperationState, ResourceResult } from './application.ts';
import { revisionFields, sourceFields } from './application.ts';
import { timestamp } from './clock.ts';

/** Go's `time.Kitchen`: `3:04PM`. */
export function kitchen(time: number): string {
  const date = new Date(time);
  const hours = date.getUTCHours();
  const minutes = String(date.getUTCMinutes()).padStart(2, '0');
  return `${hours % 12 || 12}:${minutes}${hours < 12 ? 'AM' : 'PM'}`;
}

/** Writes what a pass did into the operation's state. */
export function setResults(
  state: OperationState,
  { spec }: Application,
  revisions: readonly string[],
  results: readonly ResourceResult[],
): void {
  const { revision = '', ...more } = revisionFields(spec, revisions);
  // An empty list does not replace an existing one: the write is a merge patch without the field.
  const kept = results.length > 0 ? results : state.syncResult?.resources;
  state.syncResult = {
    ...(kept && { resources: kept.map((result) => ({ ...result })) }),
    revision,
    ...more,
    ...sourceFields(state.operation.sync),
  };
}

/** Adds the deployment that an operation made, and drops the oldest entries. */
export function addHistory(
  status: Application['status'],
  { spec }: Application,
  { operation, startedAt }: OperationState,
  revisions: readonly string[],
  now: number,
): void {
  const history = status.history ?? [];
  const entry: HistoryEntry = {
    ...revisionFields(spec, revisions),
    deployedAt: timestamp(now),
    id: (history.at(-1)?.id ?? -1) + 1,
    ...sourceFields(operation.sync),
    deployStartedAt: startedAt,
    initiatedBy: operation.initiatedBy,
  };
  status.history = [...history, entry].slice(-(spec.revisionHistoryLimit ?? 10));
}
