import { queuePipelineSchema } from '../follow-ups/action-kinds/queue-pipeline.ts';
import { parsePipelineAddress } from '../follow-ups/pipeline-address.ts';
import { readWords, type Help, type InvalidArguments } from '../inputs/command-words.ts';
import { faultsOf } from '../settings/schema-fault.ts';
import { hookPhases } from '../sync/events/hook-phase.ts';
import { nearest } from '../text/nearest.ts';
import * as z from 'zod/mini';
import { readDuration } from './duration.ts';
import { readDestination, type Destination } from './destination.ts';

/** The commands. */
export const commands = ['queue', 'complete', 'notify', 'wait'] as const;
export type Command = (typeof commands)[number];

/** The pipeline to queue, in the shape that the handler's route takes. */
export interface QueueTexts {
  readonly pipeline: string;
  readonly branch?: string;
  readonly tag?: string;
  readonly commit?: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly variables: Readonly<Record<string, string>>;
  readonly stagesToSkip: readonly string[];
}

/** The calling hook, as far as it is known. */
export interface HookSelf {
  /** Undefined: read from the hook's own Job, or the one that the handler's grants name. */
  readonly application: string | undefined;
  /** Whether the application is read from the hook's own Job. */
  readonly readsOwnJob: boolean;
  /** Empty, both: not known here. The handler knows the pod by its token. */
  readonly job: string;
  readonly namespace: string;
  readonly phase: string | undefined;
  readonly argocd: string | undefined;
}

/** The parsed command line. Times are in milliseconds. */
export interface HookArguments {
  readonly command: Command;
  readonly self: HookSelf;
  readonly queue: QueueTexts | undefined;
  readonly each: 'operation' | 'attempt';
  readonly waits: boolean;
  readonly timeout: number;
  readonly retryFor: number;
  readonly ignoresUnreachable: boolean;
  readonly destination: Destination;
}

/** What to do, a request for help, or everything that is wrong with the command line. */
export type ParsedHook =
  { readonly kind: 'run'; readonly arguments: HookArguments } | Help | InvalidArguments;

type Environment = Readonly<Record<string, string | undefined>>;

const text = { type: 'string' } as const;
const list = { type: 'string', multiple: true } as const;
const flag = { type: 'boolean' } as const;
const options = {
  ...{ application: text, 'own-job': flag, job: text, namespace: text, phase: text, argocd: text },
  ...{ pipeline: text, branch: text, tag: text, commit: text, each: text },
  ...{ parameter: list, variable: list, 'skip-stage': list },
  ...{ wait: flag, timeout: text, 'on-unreachable': text, 'retry-for': text },
  ...{ handler: text, 'token-file': text, caller: text, 'key-file': text },
  ...{ direct: flag, 'web-hook': text, organization: text, 'pat-file': text, 'pat-env': text },
  ...{ 'workload-identity': flag, tenant: text, 'client-id': text, authority: text },
  ...{ 'azure-token-file': text, 'secret-file': text, header: text },
} as const;
type Values = Extract<ReturnType<typeof readOptions>, { kind: 'words' }>['values'];

const day = 24 * 3_600_000;

/** Parses the command line and the hook's environment variables. Reports all faults at once. */
export function parseHook(words: readonly string[], env: Environment): ParsedHook {
  if (words.some((word) => /^--(token|pat|password|secret|key)(=|$)/.test(word))) {
    const message =
      'A secret on the command line is visible in the manifest and to everyone on the node. Mount it as a file and pass its path (--token-file, --key-file, --pat-file, --secret-file).';
    return { kind: 'fault', messages: [message] };
  }
  const read = readOptions(words);
  if (read.kind !== 'words') return read;
  const { values, others } = read;
  const faults: string[] = [];
  const command = readCommand(others, faults);
  const destination = readDestination(values, env, faults);
  const parsed: HookArguments = {
    command,
    destination,
    self: readSelf(values, env, destination, faults),
    queue:
      command === 'queue' && destination.kind !== 'webhook' ? readQueue(values, faults) : undefined,
    each: readEach(values.each, faults),
    waits: command === 'wait' || values.wait === true,
    timeout: readTime('timeout', values.timeout ?? '1h', faults),
    retryFor: readTime('retry-for', values['retry-for'] ?? '2m', faults),
    ignoresUnreachable: readPolicy(values['on-unreachable'], faults),
  };
  // Of an unknown command, nobody knows what it contradicts.
  if (isCommand(others[0])) faults.push(...contradictions(parsed, values));
  return faults.length > 0
    ? { kind: 'fault', messages: faults }
    : { kind: 'run', arguments: parsed };
}

function readOptions(words: readonly string[]) {
  return readWords(words, options, { takesOthers: true });
}

function readCommand(others: readonly string[], faults: string[]): Command {
  const [word, ...more] = others;
  const command = isCommand(word) ? word : undefined;
  if (command === undefined) {
    const meant = word === undefined ? undefined : nearest(word, commands);
    const advice = meant ? `Did you mean ${meant}?` : `Commands: ${commands.join(', ')}.`;
    faults.push(
      word === undefined ? `No command given. ${advice}` : `Unknown command "${word}". ${advice}`,
    );
  }
  if (more.length > 0) faults.push(`Unexpected argument "${more[0] ?? ''}".`);
  return command ?? 'notify';
}

function isCommand(word: string | undefined): word is Command {
  return commands.some((each) => each === word);
}

function readSelf(
  values: Values,
  env: Environment,
  destination: Destination,
  faults: string[],
): HookSelf {
  const from = (given: string | undefined, name: string) => (given ?? env[name] ?? '').trim();
  const tracked = (env['HOOK_TRACKING_ID'] ?? '').split(':')[0] ?? '';
  const readsOwnJob = values['own-job'] === true;
  const named = readsOwnJob ? '' : from(values.application, 'ARGOCD_APP_NAME') || tracked;
  const application = named === '' ? undefined : named;
  const job = from(values.job, 'HOOK_JOB');
  const namespace = from(values.namespace, 'HOOK_NAMESPACE');
  // The handler finds the hook of a pod by the pod's token, and the application by the grants.
  const isFound =
    destination.kind === 'handler' && destination.keyFile === undefined && !readsOwnJob;
  const isNeeded = destination.kind !== 'webhook' || readsOwnJob;
  if (application === undefined && !readsOwnJob && destination.kind !== 'handler') {
    faults.push('The application is missing: add --application NAME or set ARGOCD_APP_NAME.');
  } else if (application !== undefined && /[$]/.test(application)) {
    faults.push(
      `Application ${application.slice(0, 100)}: Argo CD did not substitute this variable. It does so only in Helm parameters and Kustomize's common annotations (docs/hooks.md).`,
    );
  }
  if (readsOwnJob && values.application !== undefined) {
    faults.push('--own-job and --application: use only one of them.');
  }
  if (readsOwnJob && (env['KUBERNETES_SERVICE_HOST'] ?? '') === '') {
    faults.push('--own-job: works only in a cluster (KUBERNETES_SERVICE_HOST is not set).');
  }
  if (job === '' && isNeeded && !(isFound && namespace === '')) {
    faults.push(
      'The name of the Job is missing: set HOOK_JOB from the label `batch.kubernetes.io/job-name` through the downward API, or add --job NAME.',
    );
  }
  if (namespace === '' && isNeeded && !(isFound && job === '')) {
    faults.push(
      'The namespace is missing: set HOOK_NAMESPACE from `metadata.namespace` through the downward API, or add --namespace NAME.',
    );
  }
  const { phase, argocd } = values;
  if (phase !== undefined && !hookPhases.some((each) => each === phase)) {
    const meant = nearest(phase, hookPhases);
    faults.push(
      `--phase ${phase}: ${meant ? `did you mean ${meant}?` : `use one of ${hookPhases.join(', ')}.`}`,
    );
  }
  return { application, readsOwnJob, job, namespace, phase, argocd };
}

function readQueue(values: Values, faults: string[]): QueueTexts {
  const { pipeline = '', branch, tag, commit } = values;
  const queue: QueueTexts = {
    pipeline,
    ...(branch !== undefined && { branch }),
    ...(tag !== undefined && { tag }),
    ...(commit !== undefined && { commit }),
    parameters: readPairs('parameter', values.parameter, faults),
    variables: readPairs('variable', values.variable, faults),
    stagesToSkip: values['skip-stage'] ?? [],
  };
  if (pipeline === '') {
    faults.push('The pipeline is missing: add --pipeline project/pipeline.');
    return queue;
  }
  const schema = queuePipelineSchema('configuration');
  const parsed = z.safeParse(schema, queue);
  if (!parsed.success) {
    const found = parsed.error.issues.flatMap((issue) => faultsOf(issue, { schema, value: queue }));
    for (const { path, problem, advice } of found) {
      faults.push(`--${optionOf(path)}: ${problem}. ${advice}`);
    }
  }
  return queue;
}

function optionOf([field = 'pipeline', name]: readonly (string | number)[]): string {
  const options: Readonly<Record<string, string>> = {
    parameters: 'parameter',
    variables: 'variable',
    stagesToSkip: 'skip-stage',
  };
  const option = options[field] ?? String(field);
  return typeof name === 'string' ? `${option} ${name}` : option;
}

function readPairs(
  option: string,
  pairs: readonly string[] | undefined,
  faults: string[],
): Readonly<Record<string, string>> {
  const read = new Map<string, string>();
  for (const pair of pairs ?? []) {
    const at = pair.indexOf('=');
    const name = pair.slice(0, at);
    if (at < 1) faults.push(`--${option}: use NAME=TEXT.`);
    else if (read.has(name)) faults.push(`--${option} ${name}: given twice.`);
    else read.set(name, pair.slice(at + 1));
  }
  return Object.fromEntries(read);
}

function readEach(given: string | undefined, faults: string[]): HookArguments['each'] {
  if (given === undefined || given === 'operation' || given === 'attempt') {
    return given ?? 'operation';
  }
  faults.push(`--each ${given}: use operation or attempt.`);
  return 'operation';
}

function readPolicy(given: string | undefined, faults: string[]): boolean {
  if (given !== undefined && given !== 'fail' && given !== 'ignore') {
    faults.push(`--on-unreachable ${given}: use fail or ignore.`);
  }
  return given === 'ignore';
}

function readTime(name: string, given: string, faults: string[]): number {
  const time = readDuration(given);
  if (time !== undefined && time > 0 && time <= day) return time;
  faults.push(`--${name} ${given}: use a duration of up to 24h, such as 90s, 30m or 2h.`);
  return 0;
}

function contradictions(
  { command, destination, queue }: HookArguments,
  values: Values,
): readonly string[] {
  const messages: string[] = [];
  if (command !== 'queue' && destination.kind !== 'handler') {
    messages.push(`${command} needs a handler: --direct and --web-hook can only queue.`);
  }
  const idle = [
    'pipeline',
    'branch',
    'tag',
    'commit',
    'each',
    'parameter',
    'variable',
    'skip-stage',
  ];
  const given = idle.filter((name) => values[name as keyof Values] !== undefined);
  if (command === 'complete' && values.wait === true) {
    messages.push(
      '--wait: not possible, because the task ends with the operation, which waits for this hook.',
    );
  }
  if (command !== 'queue' && given.length > 0) {
    messages.push(
      `${command} queues nothing: remove ${given.map((name) => `--${name}`).join(', ')}.`,
    );
  }
  if (destination.kind === 'webhook') {
    if (given.length > 0) {
      messages.push(
        `--web-hook does not take ${given.map((name) => `--${name}`).join(', ')}: the pipelines that subscribe to the webhook decide what runs.`,
      );
    }
    if (values.wait === true) {
      messages.push('--wait: a webhook does not report what it started.');
    }
  }
  if (destination.kind === 'direct' && queue !== undefined && queue.pipeline !== '') {
    const address = parsePipelineAddress(queue.pipeline);
    if ('value' in address && address.value.organization !== undefined) {
      messages.push(
        '--pipeline: with --direct, use project/pipeline; the organization comes from --organization.',
      );
    }
    if (JSON.stringify(queue).includes('{{')) {
      messages.push(
        '`{{…}}`: only the handler fills this in; use environment variables of the pod instead.',
      );
    }
  }
  return messages;
}
