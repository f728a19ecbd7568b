import type { Application } from '../model/application.ts';
import type { Memory } from '../model/memory.ts';
import type { OperationState } from '../model/operation.ts';
import { matchOperation } from '../model/ownership.ts';
import { withoutPast } from '../model/past.ts';

/** The operation that is told about: the one that is followed, or whichever runs when none is. */
export function followedState(
  application: Application,
  memory: Memory,
): OperationState | undefined {
  if (memory.ended !== undefined) return memory.ended.state;
  const { identity } = memory;
  if (identity === undefined) {
    const { operationState: state } = application;
    const isNew = state !== undefined && state.startedAt !== memory.first?.operationStartedAt;
    return isNew || application.operation !== undefined ? state : undefined;
  }
  const seen = matchOperation(withoutPast(application, memory), identity);
  // Replaced before its end was seen, it is told as it was last.
  return seen.kind === 'running' || seen.kind === 'ended' ? seen.state : memory.begun;
}
