import { conclude } from '../../../report/result.ts';
import type { Run, RunHead } from '../../run.ts';

/** Which try of its task a proven run is: the first or another one, or none because one is at work. */
export type Settlement =
  | { readonly kind: 'try'; readonly attempt: number }
  | { readonly kind: 'duplicate'; readonly of: string }
  | { readonly kind: 'repeat'; readonly attempt: number; readonly of: Run };

/**
 * What a proven run is to the tries of its task, itself among them; all in the order in which they
 * were accepted. A retry is the identical request (azure-devops.md §12.1), so only what has become of
 * those before it tells; and one after it that has proven itself speaks in its place. `repeatable`:
 * what `mayRepeat` finds, with its results.
 */
export function settle(
  tries: readonly RunHead[],
  id: string,
  repeatable: Run | undefined,
): Settlement {
  const place = tries.findIndex((one) => one.id === id);
  const newer = tries.slice(place + 1).find(isProven);
  if (newer !== undefined) return { kind: 'duplicate', of: newer.id };
  const attempt = (lastBefore(tries, id)?.attempt ?? 0) + 1;
  return repeatable !== undefined && hasSucceeded(repeatable)
    ? { kind: 'repeat', attempt, of: repeatable }
    : { kind: 'try', attempt };
}

/** The try before that may have succeeded: only its results are needed. */
export function mayRepeat(tries: readonly RunHead[], id: string): RunHead | undefined {
  const last = lastBefore(tries, id);
  return last?.outcome === 'succeeded' || last?.outcome === 'unreported' ? last : undefined;
}

function lastBefore(tries: readonly RunHead[], id: string): RunHead | undefined {
  return tries
    .slice(
      0,
      tries.findIndex((one) => one.id === id),
    )
    .findLast(
      (one) => one.state === 'ended' && one.outcome !== 'refused' && one.outcome !== 'duplicate',
    );
}

/** Whether a run has shown that Azure DevOps waits for it, or did. */
export function isProven({ state, outcome }: RunHead): boolean {
  if (state === 'accepted') return false;
  // One that could not be told may have ended before it was proven.
  return outcome !== 'refused' && outcome !== 'duplicate' && outcome !== 'unreported';
}

/** A success that Azure DevOps could not be told is one all the same. */
function hasSucceeded({ outcome, results }: Run): boolean {
  if (outcome === 'succeeded') return true;
  return outcome === 'unreported' && conclude(results).outcome === 'succeeded';
}
