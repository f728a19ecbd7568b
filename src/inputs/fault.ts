import { logLine } from '../text/foreign-text.ts';

/** What is wrong with one input, and what to do. */
export interface Fault {
  readonly input: string;
  /** The value as given; empty if there was none. */
  readonly value: string;
  readonly problem: string;
  /** What to do; empty if the problem already says it. */
  readonly advice: string;
}

/** A value as an outcome: either it, or what is wrong with the text. */
export type Parsed<T> = { readonly value: T } | { readonly problems: readonly Problem[] };

/** A fault of which the input is not known yet. */
export interface Problem {
  /** The part of the text that is wrong. */
  readonly text: string;
  readonly problem: string;
  readonly advice: string;
}

/** One line: `revision "x": what is wrong. What to do.` */
export function printFault({ input, value, problem, advice }: Fault): string {
  const shown = value === '' ? '' : ` "${logLine(value, 80)}"`;
  return `${input}${shown}: ${advice === '' ? problem : `${problem}. ${advice}`}`;
}
