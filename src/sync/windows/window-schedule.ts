import { Cron } from 'croner';
import { parseGoDuration } from './go-duration.ts';

/** When a sync window is active, taken in UTC. Times are milliseconds since the epoch. */
export interface WindowSchedule {
  /** From the start of the window until just before its end. */
  readonly activeAt: (time: number) => boolean;
  /** The next moment after `time` at which it may change; `undefined`: never again. */
  readonly changesAfter: (time: number) => number | undefined;
}

/**
 * Reads a schedule of five cron fields and a Go duration. `undefined` if either is invalid or the
 * window never lasts; never throws. A window counts as active while its last start is less than the
 * duration ago (`SyncWindow.active` in Argo CD's types.go).
 */
export function readWindowSchedule(schedule: string, duration: string): WindowSchedule | undefined {
  const cron = readCron(schedule);
  const length = parseGoDuration(duration);
  if (cron === undefined || length === undefined || length <= 0) return undefined;
  // A date that does not exist, such as February 31, would be looked for anew each time.
  if (startAfter(cron, 0) === undefined) return never;
  const activeAt = (time: number) => {
    const start = startAfter(cron, time - length);
    return start !== undefined && start <= time;
  };
  const changesAfter = (time: number) => {
    if (!activeAt(time)) return startAfter(cron, time);
    // Starts are whole minutes; one at exactly this moment counts as before.
    const start = cron.previousRuns(1, new Date(time + 1000))[0]?.getTime();
    return start === undefined ? undefined : start + length;
  };
  return { activeAt, changesAfter };
}

const never: WindowSchedule = { activeAt: () => false, changesAfter: () => undefined };

function startAfter(cron: Cron, time: number): number | undefined {
  return cron.nextRun(new Date(time))?.getTime();
}

function readCron(schedule: string): Cron | undefined {
  // Argo CD's parser does not know names such as @daily, and treats `?` like `*`.
  if (schedule.trim().startsWith('@')) return undefined;
  try {
    return new Cron(schedule.trim().replaceAll('?', '*'), { mode: '5-part', timezone: 'UTC' });
  } catch {
    // The library's only way to say that this is no schedule.
    return undefined;
  }
}
