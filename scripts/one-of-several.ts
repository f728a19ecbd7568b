import { parseArgs } from 'node:util';

/** A command that does all of several things, or one of them, and may write a file. */
export type Asked =
  | { readonly kind: 'run'; readonly only?: string; readonly file?: string }
  | { readonly kind: 'help' }
  | { readonly kind: 'fault'; readonly message: string };

/**
 * Reads `--only NAME`, `--help` and the option that names a file. `noun` is what `names` are called
 * to a person.
 */
export function parseArguments(
  words: readonly string[],
  { names, noun, fileOption }: { names: readonly string[]; noun: string; fileOption: string },
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
