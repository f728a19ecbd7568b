import type { Screen } from './screen.ts';
import type { Played } from './verdict.ts';

/** One run of a demonstration. */
export interface Part {
  readonly name: string;
  /** What is shown, and what to look for: a line each. */
  readonly shows: string;
  readonly lookFor: string;
  /** Plays it live. */
  readonly play: (screen: Screen) => Promise<Played>;
}

/** What `npm run demo` can show. */
export interface Demonstration {
  readonly usage: string;
  /** Said before the first part, and after the last. */
  readonly opening: readonly string[];
  readonly closing: readonly string[];
  readonly parts: readonly Part[];
  /** Name of the option for a file with the drawing of a part, and the part that it is of as a rule. */
  readonly fileOption: string;
  readonly drawn: string;
  /** Makes the programs that it shows. */
  readonly build: () => Promise<void>;
}
