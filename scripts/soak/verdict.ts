/** What a part of a soak did, and everything that it found. */
export interface SoakPart {
  readonly what: string;
  readonly problems: readonly string[];
}

const mostShown = 20;

/** The lines that end a soak: each part, what it found, and how to see that again. */
export function verdictOf(parts: readonly SoakPart[], seed?: number): readonly string[] {
  const lines = parts.flatMap(({ what, problems }) => [
    `${problems.length === 0 ? 'passed' : 'FAILED'}  ${what}`,
    ...problems.slice(0, mostShown).map((problem) => `        ${problem}`),
    ...(problems.length > mostShown ? [`        and ${problems.length - mostShown} more`] : []),
  ]);
  return hasPassed(parts) || seed === undefined
    ? lines
    : [...lines, `Again with: npm run soak -- --seed ${seed}`];
}

/** Whether nothing was found. */
export function hasPassed(parts: readonly SoakPart[]): boolean {
  return parts.every(({ problems }) => problems.length === 0);
}
