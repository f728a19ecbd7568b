export interface SyncWindow {
  readonly kind: 'allow' | 'deny';
  /** Five cron fields, of which the simulator uses minutes and hours: `*`, a number or a list. */
  readonly schedule: string;
  /** A duration in Go's format: `1h`, `30m`. */
  readonly duration: string;
  readonly applications?: readonly string[];
  readonly namespaces?: readonly string[];
  readonly manualSync?: boolean;
}

const units: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** Go's duration in milliseconds; zero if it is invalid. */
export function parseDuration(text: string): number {
  return [...text.matchAll(/([\d.]+)(ms|h|m|s)/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ''] ?? 0),
    0,
  );
}

function matches(field: string, value: number): boolean {
  return field === '*' || field.split(',').some((item) => Number(item) === value);
}

const fieldBounds = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 6],
] as const;

/** Argo CD's message about the first window that it cannot parse (`SyncWindows.CanSync`). */
export function windowFault(windows: readonly SyncWindow[]): string | undefined {
  for (const { schedule, duration } of windows) {
    const why = scheduleFault(schedule);
    if (why !== undefined) {
      return `invalid sync windows: cannot parse schedule '${schedule}': ${why}`;
    }
    if (!/^(?:[\d.]+(?:ms|h|m|s))+$/.test(duration)) {
      return `invalid sync windows: cannot parse duration '${duration}': time: invalid duration "${duration}"`;
    }
  }
  return undefined;
}

function scheduleFault(schedule: string): string | undefined {
  const fields = schedule.split(' ');
  if (fields.length !== fieldBounds.length) {
    return `expected exactly 5 fields, found ${fields.length}: [${schedule}]`;
  }
  for (const [index, [least, most]] of fieldBounds.entries()) {
    for (const item of (fields[index] ?? '').split(',')) {
      const [range = ''] = item.split('/');
      if (range === '*') continue;
      const ends = range.split('-').map(Number);
      const [first = NaN] = ends;
      const last = ends.at(-1) ?? NaN;
      if (Number.isNaN(first) || Number.isNaN(last)) {
        return `failed to parse int from ${range}: strconv.Atoi: parsing "${range}": invalid syntax`;
      }
      if (first < least) return `beginning of range (${first}) below minimum (${least}): ${item}`;
      if (last > most) return `end of range (${last}) above maximum (${most}): ${item}`;
    }
  }
  return undefined;
}

/** Whether the window is open: a scheduled start is no longer ago than its duration. */
function isActive({ schedule, duration }: SyncWindow, now: number): boolean {
  const [minute = '*', hour = '*', day = '*', month = '*', weekday = '*'] = schedule.split(' ');
  const minutes = Math.ceil(parseDuration(duration) / 60_000);
  for (let back = 0; back < minutes; back++) {
    const at = new Date(now - back * 60_000);
    if (
      matches(minute, at.getUTCMinutes()) &&
      matches(hour, at.getUTCHours()) &&
      matches(day, at.getUTCDate()) &&
      matches(month, at.getUTCMonth() + 1) &&
      matches(weekday, at.getUTCDay())
    ) {
      return true;
    }
  }
  return false;
}

export function globMatches(pattern: string, text: string): boolean {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${escaped}$`).test(text);
}

/** The windows of a project that apply to an application. */
export function assignedWindows(
  windows: readonly SyncWindow[],
  application: string,
  namespace: string,
): readonly SyncWindow[] {
  const any = (patterns: readonly string[] | undefined, text: string) =>
    patterns?.some((pattern) => globMatches(pattern, text)) ?? false;
  return windows.filter(
    ({ applications, namespaces }) => any(applications, application) || any(namespaces, namespace),
  );
}

export function activeWindows(windows: readonly SyncWindow[], now: number): readonly SyncWindow[] {
  return windows.filter((window) => isActive(window, now));
}

/** Argo CD's rule (`SyncWindows.CanSync`): deny windows win; allow windows deny while closed. */
export function canSync(windows: readonly SyncWindow[], now: number, manual: boolean): boolean {
  const active = activeWindows(windows, now);
  const denies = active.filter(({ kind }) => kind === 'deny');
  if (denies.length > 0) return manual && denies.every(({ manualSync }) => manualSync === true);
  if (active.some(({ kind }) => kind === 'allow')) return true;
  const allows = windows.filter(({ kind }) => kind === 'allow');
  if (allows.length === 0) return true;
  return manual && allows.every(({ manualSync }) => manualSync === true);
}
