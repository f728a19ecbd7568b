import { readWords, type Help, type InvalidArguments } from '../src/inputs/command-words.ts';
import { nearest } from '../src/text/nearest.ts';

/** The arguments of `npm run task`. */
export interface TaskArguments {
  readonly task: string;
  readonly server: string;
  readonly login:
    | { readonly kind: 'token'; readonly tokenVariable: string }
    | { readonly kind: 'password'; readonly username: string; readonly passwordVariable: string };
  readonly insecure: boolean;
  readonly caFile: string | undefined;
  readonly headers: readonly string[];
  readonly node: 20 | 24 | undefined;
  readonly build: boolean;
  /** The task waits for a debugger. */
  readonly inspect: boolean;
  readonly jsonFile: string | undefined;
  readonly inputs: Readonly<Record<string, string>>;
}

export type ParsedArguments =
  { readonly kind: 'run'; readonly arguments: TaskArguments } | Help | InvalidArguments;

export const usage = `Runs a built task against a real Argo CD, like an agent of Azure Pipelines would.

  npm run task -- ArgoCDSync --server https://argocd.example.com --token-env ARGOCD_TOKEN -- applications=guestbook revision=main

  --server URL          the Argo CD server, with its root path if it has one
  --token-env NAME      the environment variable that holds the token
  --username NAME       log in with a password instead, together with
  --password-env NAME   the environment variable that holds the password
  --ca FILE             PEM file of the authority that signed the server's certificate
  --insecure            accept any certificate: for test servers only
  --header 'N: value'   sent with every request; may be repeated
  --node 20|24          the Node to run on; default: the newest installed
  --build               bundle the task first; done anyway if there is no bundle yet
  --inspect             bundle it with a source map, and wait for a debugger on port 9229
  --json FILE           write the results of the run to a file
  -- name=value …       inputs of the task, by the names in its task.json

It exits with 0 when the task succeeded (with or without issues), 1 when it failed or was canceled,
2 for invalid arguments, and 3 when the task could not be run or crashed.`;

const options = {
  server: { type: 'string' },
  'token-env': { type: 'string' },
  username: { type: 'string' },
  'password-env': { type: 'string' },
  ca: { type: 'string' },
  insecure: { type: 'boolean' },
  header: { type: 'string', multiple: true },
  node: { type: 'string' },
  build: { type: 'boolean' },
  inspect: { type: 'boolean' },
  json: { type: 'string' },
} as const;

/** Parses the command line. Every fault is one sentence that says what to write instead. */
export function parseArguments(words: readonly string[]): ParsedArguments {
  const end = words.indexOf('--');
  const flags = end < 0 ? words : words.slice(0, end);
  const inputs = parseInputs(end < 0 ? [] : words.slice(end + 1));
  const secret = flags.map((flag) => /^--(token|password)(?:=|$)/.exec(flag)?.[1]).find(Boolean);
  if (secret !== undefined) {
    return fault(
      `A ${secret} on the command line can be read by every user of this machine and stays in the ` +
        `shell's history. Put it in an environment variable and name that: --${secret}-env NAME.`,
    );
  }
  const read = readWords(flags, options, { takesOthers: true });
  if (read.kind !== 'words') return read;
  const { values, others } = read;
  const [task = 'ArgoCDSync', ...more] = others;
  if (more.length > 0 || task.includes('=')) {
    return fault(`Unexpected argument '${more[0] ?? task}'. Inputs of the task come after --.`);
  }
  if (typeof inputs === 'string') return fault(inputs);
  if (values.server === undefined) return fault('Which Argo CD? Add --server https://…');
  const login = readLogin(values);
  if (typeof login === 'string') return fault(login);
  const { header: headers = [] } = values;
  const wrongHeader = headers.find((header) => !/^[^:\s]+:/.test(header));
  if (wrongHeader !== undefined) {
    return fault(`--header '${wrongHeader}' is not a header. Write it as 'Name: value'.`);
  }
  if (values.node !== undefined && values.node !== '20' && values.node !== '24') {
    return fault(`--node ${values.node}: an agent runs the task on Node 20 or 24.`);
  }
  return {
    kind: 'run',
    arguments: {
      task,
      server: values.server,
      login,
      insecure: values.insecure ?? false,
      caFile: values.ca,
      headers,
      node: values.node === undefined ? undefined : values.node === '20' ? 20 : 24,
      build: values.build ?? false,
      inspect: values.inspect ?? false,
      jsonFile: values.json,
      inputs,
    },
  };
}

/**
 * Renames the inputs as in task.json; agents ignore the case of names. Returns a fault if the task has no
 * such input.
 */
export function matchInputs(
  given: Readonly<Record<string, string>>,
  known: readonly string[],
): Readonly<Record<string, string>> | string {
  const names = new Map(known.map((name) => [name.toLowerCase(), name]));
  const matched: Record<string, string> = {};
  const unknown: string[] = [];
  for (const [name, value] of Object.entries(given)) {
    const match = names.get(name.toLowerCase());
    if (match === undefined) unknown.push(name);
    else matched[match] = value;
  }
  if (unknown.length === 0) return matched;
  return unknown
    .map((name) => {
      const meant = nearest(name, known);
      const advice =
        meant === undefined ? `It has: ${known.join(', ')}.` : `Did you mean ${meant}?`;
      return `The task has no input ${name}. ${advice}`;
    })
    .join('\n');
}

interface LoginFlags {
  readonly 'token-env'?: string | undefined;
  readonly username?: string | undefined;
  readonly 'password-env'?: string | undefined;
}

function readLogin(flags: LoginFlags): TaskArguments['login'] | string {
  const { 'token-env': tokenVariable, username, 'password-env': passwordVariable } = flags;
  const byPassword = username !== undefined || passwordVariable !== undefined;
  if (tokenVariable !== undefined) {
    return byPassword
      ? 'Log in either with --token-env or with --username and --password-env, not with both.'
      : { kind: 'token', tokenVariable };
  }
  if (!byPassword) return 'How to log in? Add --token-env NAME, or --username and --password-env.';
  if (username === undefined) return '--password-env needs --username as well.';
  if (passwordVariable === undefined) return '--username needs --password-env as well.';
  return { kind: 'password', username, passwordVariable };
}

function parseInputs(words: readonly string[]): Readonly<Record<string, string>> | string {
  const inputs: Record<string, string> = {};
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals < 1) return `'${word}' is not an input. Write inputs as name=value.`;
    inputs[word.slice(0, equals)] = word.slice(equals + 1);
  }
  return inputs;
}

function fault(message: string): InvalidArguments {
  return { kind: 'fault', messages: [message] };
}
