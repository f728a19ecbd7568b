import { isCreated } from '../plan/destination-namespace.ts';
import { syncPhases } from '../plan/hook.ts';
import { isEnded, wasTerminated } from '../model/operation.ts';
import type { OperationState, ResourceResult, SyncPhase } from '../model/operation.ts';
import { isFailed } from '../rules/explanation.ts';
import type { HookRun, MissedPhase, MissedReason, SeenPhase } from './application-event.ts';

/** The hooks that ran in the newest attempt, in Argo CD's order; none in a dry run. */
export function hookRunsOf(state: OperationState): readonly HookRun[] {
  return begunResults(state).flatMap((result) => {
    const { group, kind, namespace, name, hookType, syncPhase = hookType } = result;
    if (hookType === undefined || syncPhase === undefined) return [];
    return [{ group, kind, namespace, name, phase: syncPhase, state: stateOf(result) }];
  });
}

/**
 * The phases in which something has started in the newest attempt. The destination's namespace,
 * which Argo CD creates first, belongs to no phase.
 */
export function reachedPhases(state: OperationState): readonly SyncPhase[] {
  const reached = new Set(
    begunResults(state)
      .filter((result) => !isCreated(result, result.syncPhase ?? 'Sync'))
      .map(({ syncPhase = 'Sync' }) => syncPhase),
  );
  return syncPhases.filter((phase) => reached.has(phase));
}

/**
 * The phases that were seen to begin, with the one that is new at a look. Of several that are new at
 * once only the last began just now; when the others did, nobody knows.
 */
export function seenPhases(
  before: readonly SeenPhase[],
  reached: readonly SyncPhase[],
  now: number | undefined,
): readonly SeenPhase[] {
  const phase = reached.at(-1);
  if (phase === undefined || now === undefined) return before;
  return before.some((seen) => seen.phase === phase) ? before : [...before, { phase, at: now }];
}

/** The phases of an ended operation in which no hook ran, and why not (argo-cd.md §3.5). */
export function missedPhases(state: OperationState): readonly MissedPhase[] {
  if (!isEnded(state.phase)) return [];
  const ran = new Set(hookRunsOf(state).map(({ phase }) => phase));
  const reached = reachedPhases(state);
  return syncPhases
    .filter((phase) => !ran.has(phase))
    .map((phase) => ({ phase, reason: reasonOf(phase, state, reached) }));
}

function reasonOf(
  phase: SyncPhase,
  state: OperationState,
  reached: readonly SyncPhase[],
): MissedReason {
  const { operation } = state;
  if (operation.dryRun) return 'dryRun';
  if (operation.resources.length > 0) return 'selective';
  if (operation.strategy === 'apply') return 'applyStrategy';
  const hasSucceeded = state.phase === 'Succeeded';
  if (phase === 'SyncFail') {
    if (hasSucceeded) return 'notFailed';
    const hasBegun = reached.length > 0 && state.phase !== 'Error' && !wasTerminated(state);
    return hasBegun ? 'noneThere' : 'notRunOnThisFailure';
  }
  const furthest = reached.findLast((one) => one !== 'SyncFail');
  const isPassed =
    hasSucceeded ||
    (furthest !== undefined && syncPhases.indexOf(furthest) >= syncPhases.indexOf(phase));
  return isPassed ? 'noneThere' : 'notReached';
}

/** Results of real work: every sync starts with a dry run, which may fail. */
function begunResults(state: OperationState): readonly ResourceResult[] {
  if (state.operation.dryRun) return [];
  const isDryRunFailure = state.message.includes('(dry run)');
  return state.results.filter(
    ({ status, hookPhase }) =>
      hookPhase !== undefined && !(isDryRunFailure && status === 'SyncFailed'),
  );
}

function stateOf(result: ResourceResult): HookRun['state'] {
  if (isFailed(result)) return 'Failed';
  return result.hookPhase === 'Succeeded' ? 'Succeeded' : 'Running';
}
