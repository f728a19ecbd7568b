import { performance } from 'node:perf_hooks';
import type { Clock } from './clock.ts';
import { systemClock } from './clock.ts';

/**
 * The time of day as of the start of the process, and from there on a clock that nobody sets: a
 * correction of the machine's clock must not end deadlines early, nor put them off.
 */
export function steadyClock(): Clock {
  const offset = Date.now() - performance.now();
  return {
    now: () => Math.round(offset + performance.now()),
    sleep: (ms, signal) => systemClock.sleep(ms, signal),
  };
}
