const pattern =
  /^(?:(?<days>\d+)(?:\.|$))?(?:(?<hours>\d+):(?<minutes>\d+)(?::(?<seconds>\d+))?)?$/;
const minute = 60_000;
const day = 24 * 60 * minute;

/**
 * The milliseconds of a .NET TimeSpan: `00:30:00`, `1.00:00:00`. If the hours are 24 or more, .NET reads them
 * as days, so `24:00:00` is 24 days. Throws if it is not a TimeSpan.
 */
export function parseTimeSpan(text: string): number {
  const groups = pattern.exec(text.trim())?.groups;
  if (!groups || text.trim() === '') throw new Error(`"${text}" is no time span.`);
  const { days, hours = '0', minutes = '0', seconds = '0' } = groups;
  if (days === undefined && Number(hours) > 23) {
    return Number(hours) * day + Number(minutes) * 60 * minute + Number(seconds) * minute;
  }
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) {
    throw new Error(`"${text}" is no time span.`);
  }
  const time = Number(hours) * 60 * minute + Number(minutes) * minute + Number(seconds) * 1000;
  return Number(days ?? '0') * day + time;
}
