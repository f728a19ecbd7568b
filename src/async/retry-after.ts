import type { IncomingHttpHeaders } from 'node:http';

/** Upper limit, in milliseconds: a single response must not delay a run for a day. */
const longest = 600_000;

/** `Retry-After` in milliseconds, given in seconds or as a date that is read against `Date`. */
export function retryAfterOf(headers: IncomingHttpHeaders): number | undefined {
  const value = headers['retry-after'];
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value)) return Math.min(Number(value) * 1000, longest);
  if (!/ GMT$/.test(value)) return undefined;
  const wait = Date.parse(value) - Date.parse(headers.date ?? '');
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(0, wait), longest);
}
