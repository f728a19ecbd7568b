import type { Clock } from '../../async/clock.ts';
import { StoreError, type Store } from './store.ts';

/** Runs that a sweep removes at once, so that nothing waits long for it. */
const batch = 100;
/** Milliseconds between batches, and between sweeps. */
const pause = 1_000;
const interval = 10 * 60_000;

/** Removes what ended longer ago than `retention` says (milliseconds), until the signal aborts. */
export async function sweepEndlessly(
  store: Pick<Store, 'sweep'>,
  retention: () => number,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const removed = await sweep(store, clock.now() - retention(), clock.now());
    await clock.sleep(removed < batch ? interval : pause, signal);
  }
}

async function sweep(store: Pick<Store, 'sweep'>, before: number, now: number): Promise<number> {
  try {
    return await store.sweep(before, now, batch);
  } catch (error) {
    // The store tells of it elsewhere; this can wait.
    if (error instanceof StoreError) return 0;
    throw error;
  }
}
