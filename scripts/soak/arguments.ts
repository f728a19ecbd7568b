import { readWords, type Help, type WrongWords } from '../../src/inputs/command-words.ts';

/** What the soak of the handler does, and for how long. */
export interface SoakPlan {
  /** Kills at random moments; 0 leaves them out. */
  readonly kills: number;
  /** Random and mangled requests; 0 leaves them out. */
  readonly requests: number;
  /** No further kill is begun after them. */
  readonly minutes: number;
  /** Makes the same choices again; another one each time unless told. */
  readonly seed: number | undefined;
}

export type SoakAsked =
  | { readonly kind: 'run'; readonly plan: SoakPlan }
  /** The tests, so many times on a machine that is busy with something else. */
  | { readonly kind: 'busy'; readonly runs: number }
  /** Simulations of follow-ups, each with a seed of its own from `first` on. */
  | { readonly kind: 'followUps'; readonly seeds: number; readonly first: number }
  | Help
  | WrongWords;

/** What `npm run soak -- --help` says. */
export const usage = `Kills the built handler at random moments while runs of all kinds go on, then sends it random and
mangled requests, and checks that nothing was lost, duplicated or leaked. Takes about ten minutes.

  npm run soak
  npm run soak -- --kills N       1000 by default; 0 skips them
  npm run soak -- --requests N    100000 by default; 0 skips them
  npm run soak -- --minutes N     starts no kill after this many minutes; 20 by default
  npm run soak -- --seed N        the same choices as a soak before

  npm run soak -- busy            runs \`npm test\` three times beside two busy loops per core, to see
                                  that no test depends on the speed of the machine
  npm run soak -- busy --runs N

  npm run soak -- follow-ups      simulates 8000 times that crashes, lost answers, late requests and
                                  repeated looks come in any order, about a million in all, and looks
                                  whether any follow-up was lost or doubled; an hour or less
  npm run soak -- follow-ups --seeds N --first N
                                  so many simulations, from this seed on

It exits with 0, 1 when it found something, or 2 for invalid arguments.`;

/** What may follow the name of a part, by that name. */
const commands: Readonly<Record<string, readonly string[]>> = {
  busy: ['runs'],
  'follow-ups': ['seeds', 'first'],
};

/** Reads the words after `npm run soak --`. */
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
