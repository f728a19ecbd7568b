import { ArgoCDError } from '../argocd/argocd-error.ts';
import type { Application } from '../sync/model/application.ts';
import { isInProgress, matchOperation } from '../sync/model/ownership.ts';
import { withoutPast } from '../sync/model/past.ts';
import type { Identity } from '../sync/model/ownership.ts';
import { findSent } from '../sync/rules/rollback.ts';
import type { Ending } from '../sync/model/verdict.ts';
import type { AuthorityMonitor } from './authority-monitor.ts';
import type { FollowPorts, FollowSettings } from './settings.ts';
import type { FollowState } from './follow-state.ts';
import { CancelScope } from '../async/cancel-scope.ts';

const pause = 200;
/** How long an aborted request may still be in flight. */
const settling = 2_000;
const told = {
  ended: 'the operation has ended',
  absent: 'no operation of this run is in progress',
};
/** Argo CD terminates only what is still requested (recordings.md §2.3). */
const orphan =
  'the operation is no longer requested: no controller is working on it, so it cannot be terminated';
/** Neither continues nor ends (recording `skip-reconcile`). */
const leftStanding =
  'the operation is stalled: Argo CD does not reconcile the application until its annotation skip-reconcile is removed';
/** Transient failures: Argo CD is down, or the controller has not started the operation yet. */
const passing = new Set(['no-operation', 'unavailable', 'unclear']);

interface TerminationPorts extends Pick<FollowPorts, 'argocd' | 'clock'> {
  /** Absent where the right to act cannot be revoked. */
  readonly authorityMonitor?: Pick<AuthorityMonitor, 'isProven' | 'over'>;
}

/**
 * When a run ends before its operation, the operation is left running or terminated, as requested,
 * but never terminated unless it is provably ours. One that does something that was not requested
 * is always terminated. The ending's message says which. A cancellation is enough of a reason to
 * terminate; otherwise, the run must still be wanted: one that is over was canceled.
 */
export async function endOwnOperation(
  ending: Ending,
  { address, goal, onTimeout, onCancel, grace }: FollowSettings,
  { argocd, clock, authorityMonitor }: TerminationPorts,
  { application, memory }: FollowState,
): Promise<Ending> {
  const choice = ending.endsOperation
    ? 'terminate'
    : ending.outcome === 'timedOut'
      ? onTimeout
      : ending.outcome === 'canceled'
        ? onCancel
        : undefined;
  const { request, ended } = memory;
  // A rollback without a response is recognized by its content once it shows.
  const identify = (seen: Application) =>
    memory.identity ??
    (goal.action === 'rollback' ? findSent({ application: seen, memory }) : undefined);
  const identity = application === undefined ? memory.identity : identify(application);
  const mayShow = goal.action === 'rollback' && request?.state === 'unclear';
  if (choice === undefined || ended !== undefined || !(isOurs(identity) || mayShow)) return ending;
  const isThere =
    application !== undefined && identity !== undefined && isInProgress(application, identity);
  // A request that was in flight when the run was canceled may still arrive, or have arrived.
  if (!isThere && request?.state !== 'accepted' && request?.state !== 'unclear') return ending;
  if (choice === 'leave') {
    if (isThere && application.operation === undefined) return say(ending, orphan);
    if (isThere && application.skipReconcile) return say(ending, leftStanding);
    const may = isThere || request?.state === 'accepted' ? 'continues' : 'may continue';
    return say(ending, `the operation ${may} in Argo CD`);
  }
  const settledAt = clock.now() + settling;
  const mayArrive = () => request?.state === 'unclear' && clock.now() < settledAt;
  const mayTerminate = () =>
    ending.outcome === 'canceled' ||
    authorityMonitor === undefined ||
    authorityMonitor.isProven() ||
    (authorityMonitor.over !== undefined && onCancel === 'terminate');
  const scope = new CancelScope(clock, { at: clock.now() + grace });
  let why = '';
  let isOrphan = false;
  try {
    while (!scope.signal.aborted) {
      try {
        const now = await argocd.get(address, { signal: scope.signal });
        const ours = identify(now);
        const seen =
          ours === undefined ? 'absent' : matchOperation(withoutPast(now, memory), ours).kind;
        isOrphan = seen === 'running' && now.operation === undefined;
        if (seen === 'ended' || (seen === 'absent' && !mayArrive())) {
          return say(ending, told[seen]);
        }
        if (seen !== 'absent' && mayTerminate()) {
          await argocd.terminate(address, scope.signal);
          return say(
            ending,
            `the operation was terminated${ending.endsOperation ? '' : ', as requested'}`,
          );
        }
        if (seen !== 'absent') {
          if (authorityMonitor?.over !== undefined)
            return say(ending, leftAlone(authorityMonitor.over));
          why = 'Azure DevOps did not confirm that the run is still wanted';
        }
      } catch (error) {
        if (scope.signal.aborted) break;
        why = error instanceof ArgoCDError ? error.reason : String(error);
        if (!(error instanceof ArgoCDError && passing.has(error.failure))) {
          return say(ending, `the operation could not be terminated: ${why}`);
        }
      }
      await clock.sleep(pause, scope.signal);
    }
  } finally {
    scope.end();
  }
  if (isOrphan) return say(ending, orphan);
  const reason = why === '' ? '' : ` (${why})`;
  return say(
    ending,
    `the operation could not be terminated in time, and continues in Argo CD${reason}`,
  );
}

function leftAlone(over: string): string {
  return `the operation continues in Argo CD: the run has ended in Azure DevOps (${over}), so nothing more is changed for it`;
}

function isOurs(identity: Identity | undefined): identity is Identity {
  return identity !== undefined && (identity.kind === 'marker' || identity.ours);
}

function say(ending: Ending, what: string): Ending {
  return { ...ending, message: `${ending.message}; ${what}` };
}
