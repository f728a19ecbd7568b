import { parseArgs } from 'node:util';

/** A command that does all of several things, or one of them, and may write a file. */
export type Asked =
  | { readonly kind: 'run'; readonly only?: string; readonly file?: string }
  | { readonly kind: 'help' }
  | { readonly kind: 'fault'; readonly message: string };

/** What there is to choose from; `noun` is what `names` are called to a person. */
export interface Several {
  readonly names: readonly string[];
  readonly noun: string;
  /** Name of the option that takes a file. */
  readonly fileOption: string;
}

type Chosen = Extract<Asked, { kind: 'run' }>;

/** For words that are wrong. */
const usageExitCode = 2;

/**
 * Does what the words ask for: prints `usage`, or a fault and `usage`, or runs. Returns the exit code
 * of the process.
 */
export async function doAsked(
  words: readonly string[],
  { usage, ...several }: Several & { readonly usage: string },
  run: (chosen: Chosen) => Promise<number>,
): Promise<number> {
  const asked = parseArguments(words, several);
  switch (asked.kind) {
    case 'help':
      console.log(usage);
      return 0;
    case 'fault':
      console.error(`${asked.message}\n\n${usage}`);
      return usageExitCode;
    case 'run':
      return run(asked);
  }
}

/** Reads `--only NAME`, `--help` and the option that names a file. */
export function parseArguments(
  words: readonly string[],
  { names, noun, fileOption }: Several,
): Asked {
  let values: Readonly<Record<string, string | boolean | undefined>>;
  try {
    ({ values } = parseArgs({
      args: [...words],
      options: {
        only: { type: 'string' },
        [fileOption]: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }));
  } catch (error) {
    return { kind: 'fault', message: error instanceof Error ? error.message : String(error) };
  }
  const { only, help, [fileOption]: file } = values;
  if (help === true) return { kind: 'help' };
  if (typeof only === 'string' && !names.includes(only)) {
    const message = `There is no ${noun} "${only}". There are: ${names.join(', ')}.`;
    return { kind: 'fault', message };
  }
  return {
    kind: 'run',
    ...(typeof only === 'string' && { only }),
    ...(typeof file === 'string' && { file }),
  };
}
