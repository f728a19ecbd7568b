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
/** How long a request that was broken off may still be on its way. */
const settling = 2_000;
const told = {
  ended: 'the operation has ended',
  absent: 'no operation of this run is in progress',
};
/** Argo CD ends only what is still asked for (recordings.md §2.3). */
const orphan =
  'the operation is no longer requested: no controller is working on it, so it cannot be terminated';
/** Neither goes on nor ends (recording `skip-reconcile`). */
const leftStanding =
  'the operation is stalled: Argo CD does not reconcile the application until its annotation skip-reconcile is removed';
/** Failures of the moment: Argo CD is away, or the controller has not begun the operation yet. */
const passing = new Set(['no-operation', 'unavailable', 'unclear']);

interface TerminationPorts extends Pick<FollowPorts, 'argocd' | 'clock'> {
  /** Absent where nobody could take the right to act away. */
  readonly authorityMonitor?: Pick<AuthorityMonitor, 'isProven' | 'over'>;
}

/**
 * A run that ends before its operation leaves it or terminates it, as requested; never one that is
 * not provably ours. One that does what nobody asked for is terminated in any case. Says which of the
 * two in the ending's message. A cancellation is a reason of its own to terminate; otherwise the run
 * must still be wanted: one that is over was canceled.
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
  // A rollback of which no answer came is known by its content, once it shows.
  const identify = (seen: Application) =>
    memory.identity ??
    (goal.action === 'rollback' ? findSent({ application: seen, memory }) : undefined);
  const identity = application === undefined ? memory.identity : identify(application);
  const mayShow = goal.action === 'rollback' && request?.state === 'unclear';
  if (choice === undefined || ended !== undefined || !(isOurs(identity) || mayShow)) return ending;
  const isThere =
    application !== undefined && identity !== undefined && isInProgress(application, identity);
  // A request on its way when the run was canceled may arrive, or have arrived.
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
