import { printSpan } from '../text/duration-text.ts';
import { markdownCode } from '../text/foreign-text.ts';
import type { Span } from './time-bar.ts';

/** How long something took, for a cell of a table; as code where it has a `<`, which begins HTML. */
export function spanCell({ startedAt, finishedAt }: Span): string {
  const text = printSpan(startedAt, finishedAt);
  return text.includes('<') ? markdownCode(text) : text;
}
