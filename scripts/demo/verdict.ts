import { line, type Line } from './line.ts';
import { textGrid } from './text-grid.ts';

/** The result of a part of a demonstration. */
export interface Played {
  readonly name: string;
  /** In a few words. */
  readonly expected: string;
  readonly real: string;
  /** How it differs from what was expected; empty if it does not. */
  readonly faults: readonly string[];
  /** The drawing of the run, for a file. */
  readonly draw: () => string;
}

/** How a run should have ended, how it did, and where these differ. */
export function compareEnds(
  expected: RunEnd,
  { result, outcome }: RunEnd,
): Pick<Played, 'expected' | 'real' | 'faults'> {
  return {
    expected: `${expected.result}, ${expected.outcome}`,
    real: `${result}, ${outcome}`,
    faults: [
      ...(result === expected.result ? [] : [`the result is ${result}`]),
      ...(outcome === expected.outcome ? [] : [`the outcome is ${outcome}`]),
    ],
  };
}

interface RunEnd {
  readonly result: string | undefined;
  /** The output `outcome`. */
  readonly outcome: string;
}

/** The faults of a log in which some of these texts are missing. */
export function missingTexts(
  lines: readonly string[],
  expected: readonly string[],
): readonly string[] {
  const log = lines.join('\n');
  return expected
    .filter((text) => !log.includes(text))
    .map((text) => `the log does not contain "${text}"`);
}

/** Whether every part went as expected; false if there was none. */
export function isAsExpected(played: readonly Played[]): boolean {
  return played.length > 0 && played.every(({ faults }) => faults.length === 0);
}

/** The table of all parts, followed by the differences. */
export function verdictLines(played: readonly Played[], width: number): readonly Line[] {
  const rows = played.map(({ name, expected, real, faults }) => [
    name,
    expected,
    real,
    faults.length === 0 ? 'same' : 'DIFFERS',
  ]);
  const [header = '', ...table] = textGrid([['Run', 'Expected', 'Real', ''], ...rows], width);
  return [
    line(header, 'title'),
    ...table.map((text, at) => line(text, played[at]?.faults.length === 0 ? 'good' : 'bad')),
    ...played.flatMap(({ name, faults }) =>
      faults.map((fault) => line(`${name}: ${fault}`, 'bad')),
    ),
  ];
}
