import { conclude } from '../../../report/result.ts';
import type { Run, RunHead } from '../../run.ts';

/**
 * Which try of its task a verified run is: the first or another one, or none because one is active.
 */
export type Settlement =
  | { readonly kind: 'try'; readonly attempt: number }
  | { readonly kind: 'duplicate'; readonly of: string }
  | { readonly kind: 'repeat'; readonly attempt: number; readonly of: Run };

/**
 * What a proven run is to the tries of its task, itself among them; all in the order in which they
 * were accepted. A retry is the identical request (azure-devops.md §12.1), so only the results of
 * the earlier ones tell; a later one that is verified reports in its place. `repeatable`: what
 * `mayRepeat` finds, with its results.
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

/** The earlier try that may have succeeded: only its results are needed. */
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

/** Whether it is proven that Azure DevOps waits, or waited, for a run. */
export function isProven({ state, outcome }: RunHead): boolean {
  if (state === 'accepted') return false;
  // A run that could not be reported may have ended before it was verified.
  return outcome !== 'refused' && outcome !== 'duplicate' && outcome !== 'unreported';
}

/** A success that could not be reported to Azure DevOps still is one. */
function hasSucceeded({ outcome, results }: Run): boolean {
  if (outcome === 'succeeded') return true;
  return outcome === 'unreported' && conclude(results).outcome === 'succeeded';
}
