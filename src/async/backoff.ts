/** Milliseconds before try number `attempt` (from 1): doubling from `first` to `most`, jittered by half. */
export function backoff(
  attempt: number,
  { first, most }: { readonly first: number; readonly most: number },
  random: () => number,
): number {
  const full = Math.min(most, first * 2 ** Math.min(attempt - 1, 30));
  return full / 2 + (full / 2) * random();
}
