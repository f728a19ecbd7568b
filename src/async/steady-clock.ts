import { performance } from 'node:perf_hooks';
import type { Clock } from './clock.ts';
import { systemClock } from './clock.ts';

/**
 * The time of day when the process started, continued by a clock that nobody can set. A correction of the
 * machine's clock must not move deadlines.
 */
export function steadyClock(): Clock {
  const offset = Date.now() - performance.now();
  return {
    now: () => Math.round(offset + performance.now()),
    sleep: (ms, signal) => systemClock.sleep(ms, signal),
  };
}
