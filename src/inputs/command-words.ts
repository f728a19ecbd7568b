import { parseArgs, type ParseArgsConfig } from 'node:util';
import { nearest } from '../text/nearest.ts';

type Options = NonNullable<ParseArgsConfig['options']>;
type Values<T extends Options> = ReturnType<
  typeof parseArgs<{ options: T; allowPositionals: true; strict: true }>
>['values'];

/** A request for help, which every program supports. */
export interface Help {
  readonly kind: 'help';
}
/** Everything that is wrong with a command line. */
export interface InvalidArguments {
  readonly kind: 'fault';
  /** One sentence each, with what to write instead. */
  readonly messages: readonly string[];
}

/** The words after a program's name, split into options and others. */
export interface CommandWords<T extends Options> {
  readonly kind: 'words';
  readonly values: Values<T>;
  /** The words that do not belong to an option. */
  readonly others: readonly string[];
}

const help = { type: 'boolean', short: 'h' } as const;

/**
 * Splits the words after a program's name, or reports everything that is wrong with them. Every program
 * has the options `--help` and `-h`, which take precedence over any fault. A possible value of an
 * unknown option is never repeated, because it may be a secret.
 */
export function readWords<T extends Options>(
  words: readonly string[],
  options: T,
  { takesOthers = false }: { readonly takesOthers?: boolean } = {},
): CommandWords<T> | Help | InvalidArguments {
  const all: Options = { ...options, help };
  const { tokens } = parseArgs({
    ...{ args: [...words], options: all, tokens: true },
    ...{ allowPositionals: true, strict: false },
  });
  if (tokens.some((token) => token.kind === 'option' && token.name === 'help')) {
    return { kind: 'help' };
  }
  const messages = tokens.flatMap((token, index) => {
    if (token.kind === 'option') return faultsOf(token, all);
    if (token.kind === 'option-terminator' || takesOthers) return [];
    const before = tokens[index - 1];
    const mayBeValue = before?.kind === 'option' && all[before.name] === undefined;
    return mayBeValue ? [] : [`Unexpected argument '${token.value}'.`];
  });
  if (messages.length > 0) return { kind: 'fault', messages };
  const { values, positionals } = parseArgs({
    ...{ args: [...words], options, allowPositionals: true, strict: true },
  });
  return { kind: 'words', values, others: positionals };
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

function faultsOf(token: OptionToken, options: Options): readonly string[] {
  const { name, rawName, value, inlineValue } = token;
  const option = options[name];
  if (option === undefined) {
    const names = Object.keys(options);
    const meant = nearest(name, names);
    const all = names.map((each) => `--${each}`).join(', ');
    const advice = meant === undefined ? `Options: ${all}.` : `Did you mean --${meant}?`;
    return [`Unknown option ${rawName}. ${advice}`];
  }
  if (option.type === 'boolean') {
    return value === undefined
      ? []
      : [`${rawName} takes no value: remove the = and everything after it.`];
  }
  // A value that starts with a dash is the next option: this one has no value.
  const isMissing = value === undefined || (inlineValue !== true && value.startsWith('-'));
  return isMissing ? [`${rawName} needs a value: use ${rawName} VALUE.`] : [];
}
