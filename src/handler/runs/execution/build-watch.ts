import { AzureError } from '../../../azure/http/azure-error.ts';
import type { TaskHub } from '../../../azure/task-hub/task-hub.ts';
import type { Clock } from '../../../async/clock.ts';

/** How often a build is read, in milliseconds. */
const interval = 30_000;
/** A single refusal does not count, only this many in a row. */
const mostRefusals = 4;
const over = new Set(['cancelling', 'completed']);

/** What watching a build for its cancellation needs. */
export interface BuildWatchPorts {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called with the time until which the build is not read, in local milliseconds. */
  readonly onPause: (until: number) => void;
}

/**
 * Nobody tells an environment check that its run was canceled (azure-devops.md §1.9), nor the follower of an
 * announced run, so its build is read repeatedly. Resolves with true when the build is being canceled or
 * over, and with false when nothing can be learned or the signal aborted.
 */
export async function buildEnds(
  buildId: number,
  hub: Pick<TaskHub, 'buildStatus'>,
  { clock, signal, onPause }: BuildWatchPorts,
): Promise<boolean> {
  for (let refusals = 0; !signal.aborted;) {
    let pause = interval;
    try {
      if (over.has((await hub.buildStatus(buildId, signal)).toLowerCase())) return true;
      refusals = 0;
    } catch (error) {
      if (signal.aborted) break;
      if (!(error instanceof AzureError)) throw error;
      // Without the right to read the build, the end of the plan is still noticed.
      if (error.failure === 'forbidden' || error.failure === 'not-found') refusals += 1;
      if (refusals >= mostRefusals) break;
      pause = Math.max(interval, error.retryAfter ?? 0);
    }
    onPause(clock.now() + pause);
    await clock.sleep(pause, signal);
  }
  onPause(Infinity);
  return false;
}
