import type { Setting } from '../../settings/setting.ts';

const units = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `30d`, `24h`, `90m` or `45s`, within the bounds. */
export function parseDuration(text: string, from: string, to: string): Setting<number> {
  const value = millisecondsOf(text);
  if (value === undefined) {
    return {
      problem: 'it is not a duration',
      advice: 'Use a number followed by s, m, h or d, such as `24h`.',
    };
  }
  const isWithin = value >= (millisecondsOf(from) ?? 0) && value <= (millisecondsOf(to) ?? 0);
  if (isWithin) return { value };
  return {
    problem: `it is not between ${from} and ${to}`,
    advice: 'Choose a duration in that range.',
  };
}

function millisecondsOf(text: string): number | undefined {
  const [, digits, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits) * units[unit as keyof typeof units];
}
