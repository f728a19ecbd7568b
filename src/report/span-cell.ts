import { printSpan } from '../text/duration-text.ts';
import { markdownCode } from '../text/foreign-text.ts';
import type { Span } from './time-bar.ts';

/** A duration for a table cell, as code if it contains `<`, which would start HTML. */
export function spanCell({ startedAt, finishedAt }: Span): string {
  const text = printSpan(startedAt, finishedAt);
  return text.includes('<') ? markdownCode(text) : text;
}
