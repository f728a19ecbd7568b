/** What a part of a soak did, and everything that it found. */
export interface SoakPart {
  readonly what: string;
  readonly problems: readonly string[];
  /** Show all of them: they are already bounded. */
  readonly isWhole?: boolean;
}

const mostShown = 20;

/** The last lines of a soak: each part, what it found, and how to reproduce that. */
export function verdictOf(parts: readonly SoakPart[], seed?: number): readonly string[] {
  const lines = parts.flatMap(({ what, problems, isWhole = false }) => {
    const shown = isWhole ? problems : problems.slice(0, mostShown);
    const left = problems.length - shown.length;
    return [
      `${problems.length === 0 ? 'passed' : 'FAILED'}  ${what}`,
      ...shown.map((problem) => `        ${problem}`),
      ...(left > 0 ? [`        and ${left} more`] : []),
    ];
  });
  return hasPassed(parts) || seed === undefined
    ? lines
    : [...lines, `Again with: npm run soak -- --seed ${seed}`];
}

/** Whether nothing was found. */
export function hasPassed(parts: readonly SoakPart[]): boolean {
  return parts.every(({ problems }) => problems.length === 0);
}
