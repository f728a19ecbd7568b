import { readWords, type Help, type InvalidArguments } from '../../src/inputs/command-words.ts';

/** What the soak of the handler does, and for how long. */
export interface SoakPlan {
  /** Kills at random moments; 0 skips them. */
  readonly kills: number;
  /** Random and mangled requests; 0 skips them. */
  readonly requests: number;
  /** No kill is started after this. */
  readonly minutes: number;
  /** Repeats the same choices; random by default. */
  readonly seed: number | undefined;
}

export type SoakAsked =
  | { readonly kind: 'run'; readonly plan: SoakPlan }
  /** The tests, so many times on a machine that is busy with something else. */
  | { readonly kind: 'busy'; readonly runs: number }
  /** Simulations of follow-ups, with seeds from `first` on. */
  | { readonly kind: 'followUps'; readonly seeds: number; readonly first: number }
  | Help
  | InvalidArguments;

/** The output of `npm run soak -- --help`. */
export const usage = `Kills the built handler at random moments while runs of all kinds go on, then sends it random and
mangled requests, and checks that nothing was lost, duplicated or leaked. Takes about ten minutes.

  npm run soak
  npm run soak -- --kills N       1000 by default; 0 skips them
  npm run soak -- --requests N    100000 by default; 0 skips them
  npm run soak -- --minutes N     starts no kill after this many minutes; 20 by default
  npm run soak -- --seed N        the same choices as an earlier soak

  npm run soak -- busy            runs \`npm test\` three times alongside two busy loops per core, to check
                                  that no test depends on the speed of the machine
  npm run soak -- busy --runs N

  npm run soak -- follow-ups      8000 simulations with crashes, lost responses, late requests and
                                  repeated looks in any order, about a million in all; checks whether
                                  a follow-up was lost or duplicated; takes up to an hour
  npm run soak -- follow-ups --seeds N --first N
                                  so many simulations, from this seed on

It exits with 0, 1 when it found something, or 2 for invalid arguments.`;

/** The arguments of each part, by its name. */
const commands: Readonly<Record<string, readonly string[]>> = {
  busy: ['runs'],
  'follow-ups': ['seeds', 'first'],
};

/** Parses the arguments of `npm run soak`. */
export function readSoakArguments(words: readonly string[]): SoakAsked {
  const option = { type: 'string' } as const;
  const command = commands[words[0] ?? ''];
  const names = command ?? ['kills', 'requests', 'minutes', 'seed'];
  const options = Object.fromEntries(names.map((name) => [name, option]));
  const read = readWords(words.slice(command === undefined ? 0 : 1), options);
  if (read.kind !== 'words') return read;
  const { values } = read;
  const numbers = names.map((name) => [name, values[name]] as const);
  const wrong = numbers.find(([, text]) => text !== undefined && !/^\d{1,9}$/.test(text));
  if (wrong !== undefined) {
    const [name, text] = wrong;
    return { kind: 'fault', messages: [`--${name} is a whole number, not "${text}".`] };
  }
  const number = (name: string) => {
    const text = values[name];
    return text === undefined ? undefined : Number(text);
  };
  if (words[0] === 'busy') return { kind: 'busy', runs: number('runs') ?? 3 };
  if (words[0] === 'follow-ups') {
    return { kind: 'followUps', seeds: number('seeds') ?? 8_000, first: number('first') ?? 1 };
  }
  return {
    kind: 'run',
    plan: {
      kills: number('kills') ?? 1_000,
      requests: number('requests') ?? 100_000,
      minutes: number('minutes') ?? 20,
      seed: number('seed'),
    },
  };
}
