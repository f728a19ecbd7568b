import type { Clock } from '../../async/clock.ts';
import { StoreError } from './store.ts';

/** How many rows a sweep removes at once, so that nothing waits long for it. */
const batch = 100;
/** Milliseconds between batches, and between sweeps. */
const pause = 1_000;
const interval = 10 * 60_000;

/** Removes what is older than `before`, at most `most` rows. Returns how many. */
export type Sweep = (before: number, now: number, most: number) => Promise<number>;

/** Removes what ended longer ago than `retention` (milliseconds), until the signal aborts. */
export async function sweepEndlessly(
  sweep: Sweep,
  retention: () => number,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const removed = await sweepOnce(sweep, clock.now() - retention(), clock.now());
    await clock.sleep(removed < batch ? interval : pause, signal);
  }
}

async function sweepOnce(sweep: Sweep, before: number, now: number): Promise<number> {
  try {
    return await sweep(before, now, batch);
  } catch (error) {
    // The store reports the fault; sweeping can wait.
    if (error instanceof StoreError) return 0;
    throw error;
  }
}
