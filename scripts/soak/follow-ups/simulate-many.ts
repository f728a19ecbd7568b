import type { SoakPart } from '../verdict.ts';
import { simulate } from './simulate.ts';

const seedsPerLine = 500;

/** Simulates with so many seeds. Each problem says how to reproduce it. */
export async function simulateMany(
  seeds: number,
  first: number,
  tell: (line: string) => void = () => undefined,
): Promise<SoakPart & { readonly points: number; readonly expected: number }> {
  let points = 0;
  let expected = 0;
  const problems: string[] = [];
  for (let done = 0; done < seeds; done += 1) {
    const seed = first + done;
    const found = await simulate(seed);
    points += found.points;
    expected += found.expected;
    const again = `npm run soak -- follow-ups --seeds 1 --first ${seed}`;
    const told = found.problems.map((problem) => `${problem}; again with: ${again}`);
    problems.push(...told);
    for (const problem of told) tell(problem);
    if ((done + 1) % seedsPerLine === 0) tell(`${done + 1} of ${seeds} seeds, ${points} points`);
  }
  const what = `${expected} follow-ups, ${points} crashes, lost answers and repeated looks, seeds ${first} to ${first + seeds - 1}`;
  return { what, problems, points, expected };
}
