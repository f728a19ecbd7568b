import type { TaskRun } from '../../test/simulators/agent/agent.ts';
import { line, type Line } from './line.ts';
import type { Scenario } from './scenarios.ts';
import { textGrid } from './text-grid.ts';

/** A scenario and what became of it. */
export interface Played {
  readonly scenario: Pick<Scenario, 'name' | 'expected'>;
  readonly run: Pick<TaskRun, 'result' | 'outputs' | 'lines' | 'infrastructureFailure'>;
}

/** Where a run differs from what was expected; empty when it does not. */
export function faultsOf({ scenario: { expected }, run }: Played): readonly string[] {
  const { result, outputs, lines, infrastructureFailure } = run;
  const log = lines.join('\n');
  return [
    ...(infrastructureFailure === undefined ? [] : [infrastructureFailure]),
    ...(result === expected.result ? [] : [`the result is ${result}`]),
    ...(outputs.outcome === expected.outcome ? [] : [`the outcome is ${outputs.outcome ?? '-'}`]),
    ...expected.says
      .filter((text) => !log.includes(text))
      .map((text) => `the log does not say "${text}"`),
  ];
}

/** Whether every run ended as expected; false when there was none. */
export function isAsExpected(played: readonly Played[]): boolean {
  return played.length > 0 && played.every((each) => faultsOf(each).length === 0);
}

/** The table of all runs, and below it what differs. */
export function verdictLines(played: readonly Played[], width: number): readonly Line[] {
  const rows = played.map(({ scenario: { name, expected }, run }) => [
    name,
    `${expected.result}, ${expected.outcome}`,
    `${run.result}, ${run.outputs.outcome ?? '-'}`,
  ]);
  const differing = played.map((each) => faultsOf(each));
  const marked = rows.map((row, at) => [...row, differing[at]?.length === 0 ? 'same' : 'DIFFERS']);
  const [header = '', ...table] = textGrid([['Run', 'Expected', 'Real', ''], ...marked], width);
  return [
    line(header, 'title'),
    ...table.map((text, at) => line(text, differing[at]?.length === 0 ? 'good' : 'bad')),
    ...played.flatMap(({ scenario }, at) =>
      (differing[at] ?? []).map((fault) => line(`${scenario.name}: ${fault}`, 'bad')),
    ),
  ];
}
