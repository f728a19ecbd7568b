const units = { s: 1_000, m: 60_000, h: 3_600_000 };

/** Milliseconds of `90s`, `30m` or `2h`; undefined for anything else. */
export function readDuration(text: string): number | undefined {
  const [, digits, unit] = /^(\d{1,6})([smh])$/.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits) * units[unit as keyof typeof units];
}
