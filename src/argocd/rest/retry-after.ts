import type { IncomingHttpHeaders } from 'node:http';

/** `Retry-After` in milliseconds, given in seconds or as a date that is read against `Date`. */
export function retryAfterOf(headers: IncomingHttpHeaders): number | undefined {
  const value = headers['retry-after'];
  if (value === undefined) return undefined;
  if (/^\d{1,6}$/.test(value)) return Number(value) * 1000;
  if (!/ GMT$/.test(value)) return undefined;
  const wait = Date.parse(value) - Date.parse(headers.date ?? '');
  return Number.isNaN(wait) ? undefined : Math.max(0, wait);
}
