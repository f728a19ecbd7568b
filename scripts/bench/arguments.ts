import { parseArgs } from 'node:util';

/** What `npm run bench` was asked to do. */
export type BenchArguments =
  | { readonly kind: 'run'; readonly only?: string; readonly jsonFile?: string }
  | { readonly kind: 'help' }
  | { readonly kind: 'fault'; readonly message: string };

export const usage = `Measures the built task and prints one table with figures and goals. It takes about five minutes.

  npm run bench
  npm run bench -- --only NAME    one group of figures only
  npm run bench -- --json FILE    also write the figures to a file

It reports and never fails for a goal that is not met: it exits with 0, or 2 for wrong arguments.`;

/** Reads the command line; `names` are the groups of figures that there are. */
export function parseArguments(words: readonly string[], names: readonly string[]): BenchArguments {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...words],
      options: {
        only: { type: 'string' },
        json: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }));
  } catch (error) {
    return { kind: 'fault', message: error instanceof Error ? error.message : String(error) };
  }
  const { only, json, help } = values;
  if (help) return { kind: 'help' };
  if (only !== undefined && !names.includes(only)) {
    const message = `There is no group "${only}". There are: ${names.join(', ')}.`;
    return { kind: 'fault', message };
  }
  return {
    kind: 'run',
    ...(only !== undefined && { only }),
    ...(json !== undefined && { jsonFile: json }),
  };
}
