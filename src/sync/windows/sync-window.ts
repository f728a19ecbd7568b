import { readWindowSchedule, type WindowSchedule } from './window-schedule.ts';

/** A sync window as `/syncwindows` shows it: without its name and its time zone. */
export interface SyncWindow {
  /** `allow` or `deny`. */
  readonly kind: string;
  /** Five cron fields. */
  readonly schedule: string;
  /** A Go duration. */
  readonly duration: string;
  /** A person or a pipeline may sync despite it. */
  readonly manualSync: boolean;
}

/** The answer of `/syncwindows`; Argo CD leaves empty lists out. */
export interface SyncWindows {
  readonly activeWindows: readonly SyncWindow[];
  readonly assignedWindows: readonly SyncWindow[];
  /** Whether a manual sync is allowed now, according to Argo CD. */
  readonly canSync: boolean;
}

/** Whether sync windows let an application sync now. Times are milliseconds. */
export interface WindowExplanation {
  /** A manual sync may run now. */
  readonly open: boolean;
  /** When the next one may; `undefined` when open, or when that cannot be determined. */
  readonly opensAt: number | undefined;
  /** The windows leave no gap, so that waiting does not help. */
  readonly neverOpens?: true;
  /**
   * For a person: why not, and when. It contains text of the windows: escape it for its
   * destination.
   */
  readonly sentence: string;
}

interface ReadWindow extends SyncWindow {
  readonly times: WindowSchedule;
}

const day = 86_400_000;
const week = 7 * day;
const horizonDays = 366;
/** Limits on the work: an AppProject may have any number of windows, and they may change each minute. */
const mostWindows = 200;
const mostChanges = 300;
/** By how much the clocks of Argo CD and the agent may differ. */
const clockSkew = 60_000;

/**
 * Says whether the sync windows allow a manual sync, why not, and when they will. Whether it is
 * denied is up to Argo CD; when that ends is computed from the schedules, which is possible only
 * for windows in UTC, since the response does not include the time zone.
 *
 * @param now milliseconds since the epoch.
 */
export function explainWindows(answer: SyncWindows, now: number): WindowExplanation {
  if (answer.canSync) {
    return { open: true, opensAt: undefined, sentence: 'The sync windows allow a sync.' };
  }
  const why = reason(answer);
  const unknown = (because: string): WindowExplanation => ({
    open: false,
    opensAt: undefined,
    sentence: `${why} When it opens is unknown: ${because}.`,
  });
  if (answer.assignedWindows.length > mostWindows) {
    return unknown(`there are more than ${mostWindows} windows`);
  }
  const windows: ReadWindow[] = [];
  for (const window of answer.assignedWindows) {
    const times = readWindowSchedule(window.schedule, window.duration);
    if (times === undefined) return unknown(`${print(window)} cannot be parsed`);
    windows.push({ ...window, times });
  }
  if (windows.length === 0) return unknown('Argo CD reports no window');
  const agreed = [now, now - clockSkew, now + clockSkew].find(
    (time) => agrees(windows, answer.activeWindows, time) && !allowsManualSync(windows, time),
  );
  if (agreed === undefined) {
    return unknown(
      'read as UTC, the schedules do not yield the windows that are active now, so they have a time zone that Argo CD does not report here',
    );
  }
  const opensAt = nextOpening(windows, agreed);
  if (opensAt === 'unknown') return unknown('the windows change too often to look far ahead');
  if (opensAt === 'never') {
    return {
      open: false,
      opensAt: undefined,
      neverOpens: true,
      sentence: `${why} It never opens: the windows leave no gap.`,
    };
  }
  const at = new Date(opensAt).toISOString().replace('.000Z', 'Z');
  const sentence = `${why} It opens at ${at}, if the schedules are in UTC (Argo CD does not report their time zone here).`;
  return { open: false, opensAt, sentence };
}

function reason({ activeWindows, assignedWindows }: SyncWindows): string {
  const denying = activeWindows.filter(({ kind }) => kind === 'deny');
  const [first] = denying.filter(({ manualSync }) => !manualSync);
  if (first) return `A sync is denied now by the active ${print(first)}.`;
  const allows = assignedWindows.filter(({ kind }) => kind === 'allow');
  const [allow] = allows.filter(({ manualSync }) => !manualSync);
  if (allow && denying.length === 0) {
    const more = allows.length > 1 ? ` (${allows.length} such windows)` : '';
    return `A sync is allowed only in windows, and none is active: ${print(allow)}${more}.`;
  }
  return 'The sync windows deny a sync now.';
}

/** Whether the windows that the schedules make active are those that Argo CD reports as active. */
function agrees(
  windows: readonly ReadWindow[],
  active: readonly SyncWindow[],
  now: number,
): boolean {
  const ours = windows.filter(({ times }) => times.activeAt(now)).map(print);
  return ours.sort().join('\n') === active.map(print).sort().join('\n');
}

/** Steps from change to change until a manual sync may run. */
function nextOpening(windows: readonly ReadWindow[], now: number): number | 'never' | 'unknown' {
  const states = windows.map((window) => ({
    window,
    isActive: window.times.activeAt(now),
    change: window.times.changesAfter(now) ?? Infinity,
  }));
  let time = now;
  for (let left = mostChanges; left > 0;) {
    time = Math.min(...states.map(({ change }) => change));
    if (time > now + horizonDays * day) return 'never';
    for (const state of states) {
      if (state.change > time) continue;
      left -= 1;
      state.isActive = state.window.times.activeAt(time);
      state.change = state.window.times.changesAfter(time) ?? Infinity;
    }
    const active = states.filter(({ isActive }) => isActive).map(({ window }) => window);
    if (allows(windows, active)) return time;
  }
  return time > now + week && windows.every(isWeekly) ? 'never' : 'unknown';
}

/** Whether each week is like the other: neither a day of the month nor a month is given. */
function isWeekly({ schedule }: SyncWindow): boolean {
  const [, , ...days] = schedule.trim().split(/\s+/);
  return days.slice(0, 2).every((field) => field === '*' || field === '?');
}

/** The rule of `SyncWindows.CanSync` in Argo CD's types.go, for a manual sync. */
function allowsManualSync(windows: readonly ReadWindow[], time: number): boolean {
  return allows(
    windows,
    windows.filter(({ times }) => times.activeAt(time)),
  );
}

function allows(windows: readonly SyncWindow[], active: readonly SyncWindow[]): boolean {
  const denying = active.filter(({ kind }) => kind === 'deny');
  if (denying.length > 0) return denying.every(({ manualSync }) => manualSync);
  if (active.some(({ kind }) => kind === 'allow')) return true;
  return windows.filter(({ kind }) => kind === 'allow').every(({ manualSync }) => manualSync);
}

function print({ kind, schedule, duration }: SyncWindow): string {
  const bounded = (text: string) => (text.length > 60 ? `${text.slice(0, 60)}…` : text);
  return `${bounded(kind)} window "${bounded(schedule)}" for ${bounded(duration)}`;
}
