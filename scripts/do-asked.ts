import type { Help, InvalidArguments } from '../src/inputs/command-words.ts';

/** Exit codes that all our programs share. */
export const exitCodes = { success: 0, usage: 2 } as const;

/** The name of a program, as in `npm run NAME`, and its usage. */
export interface Program {
  readonly name: string;
  readonly usage: string;
}

/** Prints the usage or the faults of the arguments, or runs. Returns the exit code of the process. */
export async function doAsked<T extends { readonly kind: string }>(
  asked: T | Help | InvalidArguments,
  program: Program,
  run: (asked: T) => number | Promise<number>,
): Promise<number> {
  if (isHelp(asked)) {
    console.log(program.usage);
    return exitCodes.success;
  }
  return isFault(asked) ? refuse(asked.messages, program) : run(asked);
}

/** Prints what is wrong with the arguments of a program. Returns the exit code. */
export function refuse(messages: readonly string[], { name }: Pick<Program, 'name'>): number {
  console.error(`${messages.join('\n')}\n\nSee npm run ${name} -- --help.`);
  return exitCodes.usage;
}

function isHelp(asked: { readonly kind: string }): asked is Help {
  return asked.kind === 'help';
}

function isFault(asked: { readonly kind: string }): asked is InvalidArguments {
  return asked.kind === 'fault';
}
