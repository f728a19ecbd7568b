import { readWords, type Help, type InvalidArguments } from '../../src/inputs/command-words.ts';
import { nearest } from '../../src/text/nearest.ts';

/** Something to do while the application is watched. `values`: its `name=value` arguments. */
export interface Step {
  readonly name: StepName;
  readonly values: Readonly<Record<string, unknown>>;
}

/** The arguments of `npm run record`. */
export interface RecordArguments {
  /** Name of the recording, and of the application in it. */
  readonly name: string;
  readonly server: string;
  /** The environment variable that contains the token. */
  readonly tokenVariable: string;
  readonly caFile: string | undefined;
  readonly application: { readonly name: string; readonly namespace: string | undefined };
  readonly project: string;
  /** The application's folder in a checkout of its repository. */
  readonly files: string | undefined;
  /** Names that must not be written, and their replacements. */
  readonly replacements: readonly (readonly [real: string, safe: string])[];
  /** The folder of recordings. */
  readonly folder: string;
  readonly overwrite: boolean;
  readonly steps: readonly Step[];
}

export type RecordAsked =
  { readonly kind: 'run'; readonly arguments: RecordArguments } | Help | InvalidArguments;

/** The steps of a recording, and what each is for. */
const steps = {
  create: 'send the application again unchanged, as the first step, so that a replay can create it',
  get: 'read the application',
  refresh: 'compare again',
  'hard-refresh': 'render and compare again',
  manifests: 'read what Argo CD would apply',
  windows: 'read its sync windows',
  tree: 'read its tree of resources',
  events: 'read its Kubernetes events',
  logs: 'read the log of a Job: job=NAME namespace=NAME',
  sync: 'sync, with other fields of the body: revision=main prune=true',
  rollback: 'roll back: id=3',
  terminate: 'terminate the operation',
  wait: 'wait for the end of the operation: seconds=90',
  pause: 'continue to record the stream: seconds=2.5',
} as const;

export type StepName = keyof typeof steps;

const usual = 'get refresh manifests sync wait pause get refresh tree events';

export const usage = `Records the responses and streams of a real Argo CD as a fixture for the tests. Secrets and hosts are
replaced; review the file before you commit it.

  npm run record -- NAME --server URL --token-env NAME --application NAME
  npm run record -- NAME … -- STEP… [name=value…] STEP…

  NAME                  of the recording: lowercase letters, digits and hyphens
  --server URL          the Argo CD server, with its root path if it has one
  --token-env NAME      the environment variable that holds the token
  --application NAME    the application, or NAMESPACE/NAME
  --project NAME        its AppProject; default: default
  --ca FILE             PEM file of the authority that signed the server's certificate
  --files FOLDER        the application's folder in a checkout of its repository, to be recorded
  --replace REAL=SAFE   replacement for a name that must not be published; may be repeated
  --folder FOLDER       where to write; default: test/fixtures/argo-cd/recordings
  --overwrite           replaces the recording of that name

Steps, executed in order while the application is watched; by default
${usual}:

${Object.entries(steps)
  .map(([name, text]) => `  ${name.padEnd(20)}  ${text}`)
  .join('\n')}

It exits with 0 when the recording is written, 1 when a step failed (everything up to that step is
written anyway), and 2 for invalid arguments.`;

const options = {
  server: { type: 'string' },
  'token-env': { type: 'string' },
  application: { type: 'string' },
  project: { type: 'string', default: 'default' },
  ca: { type: 'string' },
  files: { type: 'string' },
  replace: { type: 'string', multiple: true },
  folder: { type: 'string', default: 'test/fixtures/argo-cd/recordings' },
  overwrite: { type: 'boolean', default: false },
} as const;

/** Parses the arguments of `npm run record`. Every fault is a sentence that says what to write. */
export function parseArguments(words: readonly string[]): RecordAsked {
  const end = words.indexOf('--');
  const flags = end < 0 ? words : words.slice(0, end);
  const read = readWords(flags, options, { takesOthers: true });
  if (read.kind !== 'words') return read;
  const { values, others } = read;
  const asked = parseSteps(end < 0 ? usual.split(' ') : words.slice(end + 1));
  const replacements = (values.replace ?? []).map((text) => splitAt(text, '='));
  const [name = '', ...more] = others;
  const messages = [
    ...(/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name)
      ? []
      : [
          'What is the name of the recording? Start with a NAME of lowercase letters, digits and hyphens.',
        ]),
    ...more.map((word) => `Unexpected argument '${word}'. Steps come after --.`),
    ...(values.server === undefined ? ['Which Argo CD? Add --server https://…'] : []),
    ...(values.server === undefined || /^https?:\/\/[^/]/.test(values.server)
      ? []
      : ['--server must be a URL that starts with https:// or http://.']),
    ...(values['token-env'] === undefined
      ? ['Which token? Put it in an environment variable and add --token-env NAME.']
      : []),
    ...(values.application === undefined ? ['Which application? Add --application NAME.'] : []),
    ...replacements
      .filter((pair) => pair === undefined || pair[0] === '')
      .map(() => '--replace needs both names: use --replace REAL=SAFE.'),
    ...('messages' in asked ? asked.messages : []),
  ];
  if (messages.length > 0 || 'messages' in asked) return { kind: 'fault', messages };
  const { server = '', 'token-env': tokenVariable = '', application = '' } = values;
  const [own = '', namespace] = application.split('/').reverse();
  return {
    kind: 'run',
    arguments: {
      ...{ name, server: server.replace(/\/+$/, ''), tokenVariable, caFile: values.ca },
      ...{ application: { name: own, namespace }, project: values.project, files: values.files },
      replacements: replacements.filter((pair) => pair !== undefined),
      ...{ folder: values.folder, overwrite: values.overwrite, steps: asked.steps },
    },
  };
}

function parseSteps(
  words: readonly string[],
): { readonly steps: readonly Step[] } | { readonly messages: readonly string[] } {
  const found: { name: StepName; values: Record<string, unknown> }[] = [];
  const messages: string[] = [];
  for (const word of words) {
    const pair = splitAt(word, '=');
    const step = found.at(-1);
    if (pair === undefined) {
      if (isStep(word)) found.push({ name: word, values: {} });
      else messages.push(unknown(word));
    } else if (step === undefined) {
      messages.push(`'${pair[0]}=…' belongs to no step: write the step before it.`);
    } else {
      step.values[pair[0]] = valueOf(pair[1]);
    }
  }
  if (words.length === 0) messages.push('There is no step after --. Leave out the -- or add some.');
  return messages.length > 0 ? { messages } : { steps: found };
}

function isStep(word: string): word is StepName {
  return Object.hasOwn(steps, word);
}

function unknown(word: string): string {
  const names = Object.keys(steps);
  const meant = nearest(word, names);
  const advice = meant === undefined ? `Steps: ${names.join(', ')}.` : `Did you mean ${meant}?`;
  return `Unknown step ${word}. ${advice}`;
}

function splitAt(text: string, mark: string): readonly [string, string] | undefined {
  const at = text.indexOf(mark);
  return at < 0 ? undefined : [text.slice(0, at), text.slice(at + mark.length)];
}

/** Numbers, booleans, lists and objects are written as in JSON; everything else is text. */
function valueOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
