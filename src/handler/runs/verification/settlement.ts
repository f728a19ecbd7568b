import { conclude } from '../../../report/result.ts';
import type { Run } from '../../run.ts';

/** Which try of its task a proven run is: the first or another one, or none because one is at work. */
export type Settlement =
  | { readonly kind: 'try'; readonly attempt: number }
  | { readonly kind: 'duplicate'; readonly of: string }
  | { readonly kind: 'repeat'; readonly attempt: number; readonly of: Run };

/**
 * What a proven run is to the tries of its task, itself among them; all in the order in which they
 * were accepted. A retry is the identical request (azure-devops.md §12.1), so only what has become of
 * those before it tells; and one after it that has proven itself speaks in its place.
 */
export function settle(tries: readonly Run[], id: string): Settlement {
  const place = tries.findIndex((one) => one.id === id);
  const newer = tries.slice(place + 1).find(isProven);
  if (newer !== undefined) return { kind: 'duplicate', of: newer.id };
  const last = tries
    .slice(0, place)
    .findLast(
      (one) => one.state === 'ended' && one.outcome !== 'refused' && one.outcome !== 'duplicate',
    );
  if (last === undefined) return { kind: 'try', attempt: 1 };
  const attempt = last.attempt + 1;
  return hasSucceeded(last) ? { kind: 'repeat', attempt, of: last } : { kind: 'try', attempt };
}

/** Whether a run has shown that Azure DevOps waits for it, or did. */
export function isProven({ state, outcome }: Run): boolean {
  if (state === 'accepted') return false;
  // One that could not be told may have ended before it was proven.
  return outcome !== 'refused' && outcome !== 'duplicate' && outcome !== 'unreported';
}

/** A success that Azure DevOps could not be told is one all the same. */
function hasSucceeded({ outcome, results }: Run): boolean {
  if (outcome === 'succeeded') return true;
  return outcome === 'unreported' && conclude(results).outcome === 'succeeded';
}
