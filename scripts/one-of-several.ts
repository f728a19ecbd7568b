import { readWords, type Help, type InvalidArguments } from '../src/inputs/command-words.ts';

/** A command that does all of several things, or one of them, and may write a file. */
export type Asked =
  | { readonly kind: 'run'; readonly only?: string; readonly file?: string }
  | Help
  | InvalidArguments;

/** The choices. `noun`: what they are called in messages. */
export interface Several {
  readonly names: readonly string[];
  readonly noun: string;
  /** Name of the option that takes a file. */
  readonly fileOption: string;
}

/** Parses `--only NAME` and the option for a file. */
export function parseArguments(
  words: readonly string[],
  { names, noun, fileOption }: Several,
): Asked {
  const read = readWords(words, { only: { type: 'string' }, [fileOption]: { type: 'string' } });
  if (read.kind !== 'words') return read;
  const { only, [fileOption]: file } = read.values;
  if (typeof only === 'string' && !names.includes(only)) {
    const message = `Unknown ${noun} "${only}". Choose one of: ${names.join(', ')}.`;
    return { kind: 'fault', messages: [message] };
  }
  return {
    kind: 'run',
    ...(typeof only === 'string' && { only }),
    ...(typeof file === 'string' && { file }),
  };
}
