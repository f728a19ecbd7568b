import type { Limits } from '../config/config.ts';

/** Why a client may have no further run, if so. `pending` of its runs have not ended. */
export function quotaProblem(
  client: string,
  pending: number,
  { pendingRuns }: Limits,
): string | undefined {
  if (pending < pendingRuns) return undefined;
  return `Client "${client}" has ${pending} runs that have not ended, and ${pendingRuns} are allowed (limits.pendingRuns). Try again when some have ended.`;
}
