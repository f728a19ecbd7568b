/** A duration for people: `<1 s`, `42 s`, `3 min 05 s`, `1 h 20 min`. Takes milliseconds. */
export function printDuration(milliseconds: number): string {
  const seconds = Math.round(Math.max(0, milliseconds) / 1_000);
  if (milliseconds < 1_000) return '<1 s';
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (seconds < 3_600) return withRest(minutes, 'min', seconds % 60, 's');
  return withRest(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
}

/** The duration between two times; empty if either is unknown. */
export function printSpan(startedAt: number | undefined, finishedAt: number | undefined): string {
  if (startedAt === undefined || finishedAt === undefined) return '';
  return printDuration(finishedAt - startedAt);
}

function withRest(whole: number, unit: string, rest: number, restUnit: string): string {
  return rest === 0
    ? `${whole} ${unit}`
    : `${whole} ${unit} ${String(rest).padStart(2, '0')} ${restUnit}`;
}
