import { conclude } from '../../report/result.ts';
import type { Run } from '../run.ts';

/** Which try of its task a proven run is: the first or another one, or none because one is at work. */
export type Settlement =
  | { readonly kind: 'try'; readonly attempt: number }
  | { readonly kind: 'duplicate'; readonly of: string }
  | { readonly kind: 'repeat'; readonly attempt: number; readonly of: Run };

/**
 * What a run is to the tries of its task that have ended. A retry is the identical request
 * (azure-devops.md §12.1), so only what has become of those tells.
 */
export function settle(tries: readonly Run[]): Settlement {
  const last = tries.findLast(
    (one) => one.state === 'ended' && one.outcome !== 'refused' && one.outcome !== 'duplicate',
  );
  if (last === undefined) return { kind: 'try', attempt: 1 };
  const attempt = last.attempt + 1;
  return hasSucceeded(last) ? { kind: 'repeat', attempt, of: last } : { kind: 'try', attempt };
}

/** A success that Azure DevOps could not be told is one all the same. */
function hasSucceeded({ outcome, results }: Run): boolean {
  if (outcome === 'succeeded') return true;
  return outcome === 'unreported' && conclude(results).outcome === 'succeeded';
}
