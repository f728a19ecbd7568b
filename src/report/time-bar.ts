/** A span of time; either end may not be known. Milliseconds. */
export interface Span {
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
}

const width = 24;

/** When something happened within the whole, as text: `···████······`. Empty if not known. */
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
