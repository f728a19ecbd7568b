import type { Screen } from './screen.ts';
import type { Played } from './verdict.ts';

/** One run of a demonstration. */
export interface Part {
  readonly name: string;
  /** What is shown, and what to look for: one line each. */
  readonly shows: string;
  readonly lookFor: string;
  /** Plays it live. */
  readonly play: (screen: Screen) => Promise<Played>;
}

/** What `npm run demo` can show. */
export interface Demonstration {
  readonly usage: string;
  /** Printed before the first part, and after the last. */
  readonly opening: readonly string[];
  readonly closing: readonly string[];
  readonly parts: readonly Part[];
  /** Name of the option for a file with the drawing of a part, and the default part for it. */
  readonly fileOption: string;
  readonly drawn: string;
  /** Builds the programs that it shows. */
  readonly build: () => Promise<void>;
}
