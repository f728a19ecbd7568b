import type { HistoryEntry } from './application.ts';
import type { Operation, OperationState } from './operation.ts';
import { isSame } from './revision.ts';

/** Whether the initiator of an operation is that of a history entry. */
export function isBy(
  { automated, initiatedBy }: HistoryEntry,
  { initiatedBy: asker }: Pick<Operation, 'initiatedBy'>,
): boolean {
  return automated === asker.automated && initiatedBy === asker.username;
}

/**
 * Whether an entry of the history is an operation's; `revisions`: those that it pinned, none until
 * then. Whole seconds cannot distinguish two operations that began in the same one; who requested
 * them, and what was deployed, nearly always can.
 */
export function isEntryOf(
  entry: HistoryEntry,
  operation: Pick<OperationState, 'startedAt' | 'revisions'> & Pick<Operation, 'initiatedBy'>,
): boolean {
  const { startedAt, revisions } = operation;
  return (
    entry.deployStartedAt === startedAt &&
    isBy(entry, operation) &&
    (revisions.length === 0 || isSame(entry.revisions, revisions))
  );
}
