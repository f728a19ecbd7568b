import { readWords } from '../../inputs/command-words.ts';
import { nearest } from '../../text/nearest.ts';

/** The commands of `handler`; `usage` explains them. */
export const commands = [
  'serve',
  'check-config',
  'config-schema',
  'openapi',
  'new-key',
  'hash-token',
] as const;
export type Command = (typeof commands)[number];

/** The format of the service's log: text for people, or one JSON object per line. */
export const logFormats = ['text', 'json'] as const;
export type LogFormat = (typeof logFormats)[number];

/** A parsed command line. */
export type CommandLine =
  | {
      readonly kind: 'run';
      readonly command: Command;
      readonly config: string;
      /** If absent, the standard output decides. */
      readonly log?: LogFormat;
      /** check-config also asks Azure DevOps and Argo CD. */
      readonly live?: true;
    }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'fault'; readonly message: string };

const defaultConfig = 'handler.yaml';

/** The output of `--help`, and the advice after an invalid command line. */
export const usage = `Usage: handler [command] [--config FILE] [--log FORMAT]

Commands
  serve          Run the service (the default).
  check-config   Validate the configuration, and print what it allows to whom.
  config-schema  Print the JSON Schema of the configuration, for editors.
  openapi        Print the OpenAPI description of the routes.
  new-key        Print a new key for encryptionKeys, or a new token for a service connection.
  create-check   Add a check that calls the handler to an environment; has its own --help.
  hash-token     Read a token from standard input and print its hash for clients[].tokens.

Options
  --config FILE  The configuration file; default: ${defaultConfig}.
  --log FORMAT   How serve logs: ${logFormats.join(' or ')}; default: text in a terminal, otherwise json.
  --live         check-config: also ask Azure DevOps and Argo CD what they let the handler do.
  --version      Print the version.
  --help         Print this help.
`;

const options = {
  config: { type: 'string' },
  log: { type: 'string' },
  live: { type: 'boolean' },
  version: { type: 'boolean' },
} as const;

/** Parses the arguments after the program's name. */
export function readCommandLine(words: readonly string[]): CommandLine {
  const read = readWords(words, options, { takesOthers: true });
  if (read.kind === 'help') return read;
  if (read.kind === 'fault') return fault(read.messages.join('\n'));
  const { values, others } = read;
  if (values.version === true) return { kind: 'version' };
  const [word = 'serve', file, ...more] = others;
  const command = commands.find((each) => each === word);
  if (command === undefined) {
    const meant = nearest(word, commands);
    const advice = meant ? `Did you mean ${meant}?` : `Commands: ${commands.join(', ')}.`;
    return fault(`Unknown command "${word}". ${advice}`);
  }
  if (more.length > 0 || (file !== undefined && command !== 'check-config')) {
    return fault(`${command} does not take "${more[0] ?? file}".`);
  }
  if (file !== undefined && values.config !== undefined) {
    return fault('The configuration file is specified twice.');
  }
  const log = logFormats.find((each) => each === values.log);
  if (log === undefined && values.log !== undefined) {
    return fault(`Unknown log format "${values.log}": use ${logFormats.join(' or ')}.`);
  }
  const { live } = values;
  if (live === true && command !== 'check-config') return fault(`${command} does not take --live.`);
  const config = values.config ?? file ?? defaultConfig;
  return { kind: 'run', command, config, ...(log && { log }), ...(live && { live }) };
}

function fault(message: string): CommandLine {
  return { kind: 'fault', message };
}
