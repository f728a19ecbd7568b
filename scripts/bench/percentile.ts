/**
 * The smallest value that at least so many percent of all values do not exceed (nearest rank): always a
 * measured one. Throws if there are no values.
 */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length));
  const found = sorted[rank - 1];
  if (found === undefined) throw new Error('There is no percentile of no values.');
  return found;
}

/** The middle value; of an even number of values, the lower of the two. */
export function median(values: readonly number[]): number {
  return percentile(values, 50);
}
