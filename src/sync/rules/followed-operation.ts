import type { Application } from '../model/application.ts';
import type { Memory } from '../model/memory.ts';
import type { OperationState } from '../model/operation.ts';
import { matchOperation } from '../model/ownership.ts';
import { withoutPast } from '../model/past.ts';

/** The operation to report: the followed one, or else the one that is running. */
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
  // If it was replaced before its end was seen, it is reported as last seen.
  return seen.kind === 'running' || seen.kind === 'ended' ? seen.state : memory.begun;
}
