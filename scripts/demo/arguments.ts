import { parseArgs } from 'node:util';

/** What `npm run demo` was asked to do. */
export type DemoArguments =
  | { readonly kind: 'run'; readonly only?: string; readonly svgFile?: string }
  | { readonly kind: 'help' }
  | { readonly kind: 'fault'; readonly message: string };

export const usage = `Runs the built task through an agent simulator against a simulated Argo CD.

  npm run demo
  npm run demo -- --only NAME     one run only
  npm run demo -- --svg FILE      also draw a run: the one of --only, or postsync-fails

It exits with 0 when every run ended as expected, 1 when one did not, and 2 for wrong arguments.`;

/** Reads the command line; `names` are the runs that there are. */
export function parseArguments(words: readonly string[], names: readonly string[]): DemoArguments {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...words],
      options: {
        only: { type: 'string' },
        svg: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }));
  } catch (error) {
    return { kind: 'fault', message: error instanceof Error ? error.message : String(error) };
  }
  const { only, svg, help } = values;
  if (help) return { kind: 'help' };
  if (only !== undefined && !names.includes(only)) {
    const message = `There is no run "${only}". There are: ${names.join(', ')}.`;
    return { kind: 'fault', message };
  }
  return {
    kind: 'run',
    ...(only !== undefined && { only }),
    ...(svg !== undefined && { svgFile: svg }),
  };
}
