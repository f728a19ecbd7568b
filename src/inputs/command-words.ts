import { parseArgs, type ParseArgsConfig } from 'node:util';
import { nearest } from '../text/nearest.ts';

type Options = NonNullable<ParseArgsConfig['options']>;
type Values<T extends Options> = ReturnType<
  typeof parseArgs<{ options: T; allowPositionals: true; strict: true }>
>['values'];

/** What everybody can ask for, and what can be wrong, whatever the program. */
export interface Help {
  readonly kind: 'help';
}
/** Everything that is wrong with a command line. */
export interface WrongWords {
  readonly kind: 'fault';
  /** One sentence each, with what to write instead. */
  readonly messages: readonly string[];
}

/** The words after a program's name, sorted. */
export interface CommandWords<T extends Options> {
  readonly kind: 'words';
  readonly values: Values<T>;
  /** Those that belong to no option. */
  readonly others: readonly string[];
}

const help = { type: 'boolean', short: 'h' } as const;

/**
 * Sorts the words after a program's name, or tells all that is wrong with them. `--help` and `-h` are
 * options of every program, and win over whatever is wrong beside them. What may be the value of an
 * option that is not known is never repeated: it may be a secret.
 */
export function readWords<T extends Options>(
  words: readonly string[],
  options: T,
  { takesOthers = false }: { readonly takesOthers?: boolean } = {},
): CommandWords<T> | Help | WrongWords {
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
    return mayBeValue ? [] : [`'${token.value}' is not expected here.`];
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
      : [`${rawName} takes no value: remove the = and what follows it.`];
  }
  // What begins so is the next option, whose predecessor was left without a value.
  const isMissing = value === undefined || (inlineValue !== true && value.startsWith('-'));
  return isMissing ? [`${rawName} needs a value: write it as ${rawName} VALUE.`] : [];
}
