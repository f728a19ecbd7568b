/** A span of time in milliseconds; either end may be unknown. */
export interface Span {
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
}

const width = 24;

/** A text bar that shows when something happened within the whole: `···████······`. Empty if unknown. */
export function timeBar(part: Span, whole: Span): string {
  if (part.startedAt === undefined || part.finishedAt === undefined) return '';
  if (whole.startedAt === undefined || whole.finishedAt === undefined) return '';
  const scale = width / Math.max(1, whole.finishedAt - whole.startedAt);
  const place = (time: number) =>
    Math.min(width, Math.max(0, Math.round((time - (whole.startedAt ?? 0)) * scale)));
  const start = Math.min(width - 1, place(part.startedAt));
  const end = Math.max(start + 1, place(part.finishedAt));
  return '·'.repeat(start) + '█'.repeat(end - start) + '·'.repeat(width - end);
}

/** From the first start to the last end of all parts. */
export function spanOf(parts: readonly Span[]): Span {
  const starts = parts.flatMap(({ startedAt }) => startedAt ?? []);
  const ends = parts.flatMap(({ finishedAt }) => finishedAt ?? []);
  return {
    startedAt: starts.reduce<number | undefined>((a, b) => Math.min(a ?? b, b), undefined),
    finishedAt: ends.reduce<number | undefined>((a, b) => Math.max(a ?? b, b), undefined),
  };
}
