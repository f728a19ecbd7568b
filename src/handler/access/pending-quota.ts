import type { Limits } from '../config/config.ts';

/** Why a client may not have another run, if so. `pending`: its runs that have not ended. */
export function quotaProblem(
  client: string,
  pending: number,
  { pendingRuns }: Limits,
): string | undefined {
  if (pending < pendingRuns) return undefined;
  return `Client "${client}" has ${pending} open runs, and ${pendingRuns} are allowed (limits.pendingRuns). Try again when some have ended.`;
}

/** Characters of a client's unverified requests: 20,000 of twice the usual size. */
export const mostUnproven = 128 * 1_024 * 1_024;

/** Why a client may not send another request, if so. `characters`: in its unverified requests. */
export function unprovenProblem(client: string, characters: number): string | undefined {
  if (characters < mostUnproven) return undefined;
  return `Requests of client "${client}" that are not verified with Azure DevOps yet have ${characters} characters, and ${mostUnproven} are allowed. Try again when some are verified.`;
}

/** Unverified cancellations of a client. */
export const mostUnprovenCancels = 1_000;

/** Why a cancellation that matches no run is not kept. */
export function cancelProblem(client: string): string {
  return `Client "${client}" has ${mostUnprovenCancels} unverified cancellations that match no run, and no more are allowed. Try again when some are verified.`;
}
