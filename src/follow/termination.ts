import { ArgoCDError } from '../argocd/argocd-error.ts';
import { isInProgress } from '../sync/ownership.ts';
import type { Identity } from '../sync/ownership.ts';
import type { Ending } from '../sync/verdict.ts';
import type { FollowPorts, FollowSettings } from './settings.ts';
import type { Subject } from './subject.ts';

/** The agent kills a cancelled step 10 s after its first signal: this leaves room to report. */
const grace = 4_000;
const pause = 200;

/**
 * A run that ends before its operation leaves it or terminates it, as was asked; never one that is
 * not provably ours. Says which of the two in the ending's message.
 */
export async function endOwnOperation(
  ending: Ending,
  { address, onTimeout, onCancel }: FollowSettings,
  { argocd, clock }: FollowPorts,
  { application, memory }: Subject,
): Promise<Ending> {
  const choice =
    ending.outcome === 'timedOut'
      ? onTimeout
      : ending.outcome === 'canceled'
        ? onCancel
        : undefined;
  const { identity, request, ended } = memory;
  if (choice === undefined || ended !== undefined || !isOurs(identity)) return ending;
  const isThere = application !== undefined && isInProgress(application, identity);
  // A request on its way when the run was cancelled may arrive, or have arrived.
  if (!isThere && request?.state !== 'accepted' && request?.state !== 'unclear') return ending;
  if (choice === 'leave') return say(ending, 'the operation goes on in Argo CD');
  const until = clock.now() + grace;
  const own = new AbortController();
  const timer = clock.sleep(grace, own.signal).then(() => own.abort());
  try {
    while (!own.signal.aborted && clock.now() < until) {
      const current = await argocd.get(address, { signal: own.signal });
      if (!isInProgress(current, identity)) return say(ending, 'the operation has ended');
      try {
        await argocd.terminate(address, own.signal);
        return say(ending, 'the operation was terminated, as was asked');
      } catch (error) {
        if (!(error instanceof ArgoCDError) || error.failure !== 'no-operation') throw error;
        // The controller has not begun it yet; there is nothing to terminate before that.
        await clock.sleep(pause, own.signal);
      }
    }
  } catch (error) {
    if (!own.signal.aborted) {
      const why = error instanceof ArgoCDError ? error.reason : String(error);
      return say(ending, `the operation could not be terminated: ${why}`);
    }
  } finally {
    own.abort();
    await timer;
  }
  return say(ending, 'the operation could not be terminated in time, and goes on in Argo CD');
}

function isOurs(identity: Identity | undefined): identity is Identity {
  return identity !== undefined && (identity.kind === 'marker' || identity.ours);
}

function say(ending: Ending, what: string): Ending {
  return { ...ending, message: `${ending.message}; ${what}` };
}
