import type { Fault, Parsed } from './fault.ts';
import { unexpandedIn } from './unexpanded.ts';

/** The source of a task's inputs; an input that was not given is undefined. */
export interface InputSource {
  input(name: string): string | undefined;
}

const longestInput = 65_536;

/** Reads inputs one by one and collects every fault, so that all are reported at once. */
export class InputReader {
  readonly faults: Fault[] = [];
  readonly #source: InputSource;

  constructor(source: InputSource) {
    this.#source = source;
  }

  /** The trimmed text; empty if it was not given. */
  text(name: string): string {
    const text = (this.#source.input(name) ?? '').trim();
    if (text.length > longestInput) {
      const problem = `the value has more than ${longestInput} characters`;
      this.refuse(name, text, problem, 'Shorten it.');
      return '';
    }
    const missing = unexpandedIn(text);
    for (const { text: part, problem, advice } of missing) {
      this.refuse(name, part, problem, advice);
    }
    return missing.length > 0 ? '' : text;
  }

  /** The result of `parse`, or `otherwise` if the text is missing or wrong. */
  parsed<T>(name: string, otherwise: T, parse: (text: string) => Parsed<T>): T {
    const text = this.text(name);
    if (text === '') return otherwise;
    const parsed = parse(text);
    if ('value' in parsed) return parsed.value;
    for (const { text: part, problem, advice } of parsed.problems) {
      this.refuse(name, part, problem, advice);
    }
    return otherwise;
  }

  boolean(name: string, otherwise: boolean): boolean {
    return this.parsed(name, otherwise, (text) => {
      const word = text.toLowerCase();
      if (word === 'true' || word === 'false') return { value: word === 'true' };
      return wrong(text, 'this is neither `true` nor `false`', 'Write `true` or `false`.');
    });
  }

  /** A whole number within inclusive bounds. */
  integer<T>(name: string, otherwise: T, from: number, to: number): number | T {
    return this.parsed<number | T>(name, otherwise, (text) => {
      const advice = `Write a whole number from ${from} to ${to}.`;
      if (!/^[+-]?\d+$/.test(text)) return wrong(text, 'this is not a whole number', advice);
      const value = Number(text);
      if (value < from) return wrong(text, `the number is less than ${from}`, advice);
      if (value > to) return wrong(text, `the number is more than ${to}`, advice);
      return { value };
    });
  }

  pick<T extends string>(name: string, choices: readonly T[], otherwise: T): T {
    return this.parsed(name, otherwise, (text) => {
      const value = choices.find((choice) => choice === text);
      if (value !== undefined) return { value };
      return wrong(text, 'not a valid choice', `Choose one of: ${choices.join(', ')}.`);
    });
  }

  refuse(input: string, value: string, problem: string, advice: string): void {
    this.faults.push({ input, value, problem, advice });
  }
}

function wrong(text: string, problem: string, advice: string): Parsed<never> {
  return { problems: [{ text, problem, advice }] };
}
