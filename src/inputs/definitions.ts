import {
  ifMissingChoices,
  waitForChoices,
  whenBusyChoices,
  whenSupersededChoices,
  whenWindowClosedChoices,
  type Goal,
} from '../sync/model/goal.ts';

/** What a step is there to do. */
export type Action = Goal['action'];

/** What an operation that runs out of time, or out of a canceled run, is done with. */
const endings = ['leave', 'terminate'] as const;
const day = 24 * 3_600;

/**
 * One input of a sync, wherever it is asked for. What people read of it stands in `input-texts.ts`,
 * so that an agent does not load it.
 */
export type Definition = Meaning & (TextInput | BooleanInput | IntegerInput | ChoiceInput);

/** Where an input means something; elsewhere the form hides it, and setting it is warned of. */
interface Meaning {
  /** Absent: with every action. */
  readonly actions?: readonly Action[];
  /**
   * `following`: not where nothing is waited for. `health`: only where health is. `prune`: only
   * where resources are pruned.
   */
  readonly needs?: 'following' | 'health' | 'prune';
  /** Set where it means nothing, it does not mislead: no warning. */
  readonly isHarmless?: true;
  /** Only `ArgoCDSync@1` has it. */
  readonly agentOnly?: true;
  /** It must be filled in. */
  readonly isRequired?: true;
  /** It came after version 1.0 of the tasks: the handler does without it, and takes the default. */
  readonly isAdded?: true;
}

interface TextInput {
  /** `text` is one line, `lines` are many. Empty: not given. */
  readonly type: 'text' | 'lines';
  readonly default: string;
}

interface BooleanInput {
  readonly type: 'boolean';
  readonly default: boolean;
}

/** A whole number within the bounds, both included; without a default it may be left out. */
interface IntegerInput {
  readonly type: 'integer';
  readonly default: number | undefined;
  readonly from: number;
  readonly to: number;
}

interface ChoiceInput {
  readonly type: 'choice';
  readonly choices: readonly string[];
  readonly default: string;
}

const text = { type: 'text', default: '' } as const;
const lines = { type: 'lines', default: '' } as const;
const off = { type: 'boolean', default: false } as const;
const on = { type: 'boolean', default: true } as const;
const required = { ...text, isRequired: true } as const;
const stability = { type: 'integer', default: 0, from: 0, to: day } as const;

const deploying = { actions: ['sync', 'rollback'] } as const;
const syncing = { actions: ['sync'] } as const;
const targeting = { actions: ['sync', 'wait'] } as const;
const waiting = { actions: ['sync', 'wait', 'rollback'] } as const;
const following = { ...waiting, needs: 'following' } as const;
const healthy = { ...waiting, needs: 'health' } as const;

/**
 * All inputs of a sync, in the order of the forms and of the sections of a body. The reader, the
 * warnings of idle inputs, the body of a request, each `task.json` and the reference of inputs are
 * made from this table and those below, or checked against them.
 */
export const definitions = {
  action: {
    type: 'choice',
    choices: ['sync', 'wait', 'rollback', 'terminate'],
    default: 'sync',
    isRequired: true,
  },
  applications: text,
  selector: text,
  expectedCount: { type: 'integer', default: undefined, from: 1, to: 10_000, isAdded: true },
  project: text,
  revision: { ...text, ...targeting },
  revisions: { ...lines, ...targeting },
  rollbackTo: { type: 'text', default: 'previous', actions: ['rollback'] },
  prune: { ...off, ...deploying },
  pruneLast: { ...off, ...syncing, needs: 'prune', isAdded: true },
  dryRun: { ...off, ...deploying },
  force: { ...off, ...syncing },
  strategy: { type: 'choice', choices: ['hook', 'apply'], default: 'hook', ...syncing },
  resources: { ...lines, ...syncing },
  syncOptions: { ...lines, ...syncing },
  retryLimit: { type: 'integer', default: undefined, from: 0, to: 1_000, ...syncing },
  retryBackoff: { ...text, ...syncing },
  info: { ...lines, ...syncing },
  whenBusy: { type: 'choice', choices: whenBusyChoices, default: 'wait', ...deploying },
  whenWindowClosed: {
    type: 'choice',
    choices: whenWindowClosedChoices,
    default: 'fail',
    ...deploying,
  },
  whenSuperseded: { type: 'choice', choices: whenSupersededChoices, default: 'fail', ...waiting },
  ifMissing: { type: 'choice', choices: ifMissingChoices, default: 'fail', ...waiting },
  waitFor: { type: 'choice', choices: waitForChoices, default: 'health', ...waiting },
  acceptSuspended: { ...off, ...healthy },
  includeChildren: { ...off, ...following },
  expectImages: { ...lines, ...following },
  stableSeconds: { ...stability, ...healthy },
  timeoutSeconds: { type: 'integer', default: 1_800, from: 1, to: 7 * day },
  onTimeout: { type: 'choice', choices: endings, default: 'leave', ...deploying },
  onCancel: { type: 'choice', choices: endings, default: 'leave', ...deploying },
  // Only a sync carries the mark of its run, by which its operation is known.
  followUps: { ...lines, ...syncing, needs: 'following', isAdded: true },
  waitForFollowUps: { ...off, ...syncing, needs: 'following', agentOnly: true },
  // The logs of hooks are shown where hooks can run.
  hookLogLines: {
    type: 'integer',
    default: 50,
    from: 0,
    to: 1_000,
    ...targeting,
    isHarmless: true,
  },
  publishSummary: { ...on, agentOnly: true },
} as const satisfies Readonly<Record<string, Definition>>;

/**
 * All inputs of `ArgoCDGate@1`, in the order of its form and of the sections of its body; a check has
 * the same. What bears the name of an input of a sync is read as that is.
 */
export const gateDefinitions = {
  applications: required,
  project: text,
  revision: text,
  requireSynced: on,
  requireHealthy: on,
  acceptSuspended: off,
  stableSeconds: stability,
} as const satisfies Readonly<Record<string, Definition>>;

/** All inputs of `ArgoCDHealthGate@1`, in the order of its form. Azure DevOps itself reads them. */
export const healthGateDefinitions = {
  application: required,
  project: required,
  namespace: text,
  revision: text,
  acceptSuspended: off,
} as const satisfies Readonly<Record<string, Definition>>;

/** The name of an input, as pipelines write it. */
export type InputName = keyof typeof definitions;

/** The name of an input of a gate. */
export type GateInputName = keyof typeof gateDefinitions;

type AgentOnly = {
  [K in InputName]: (typeof definitions)[K] extends { readonly agentOnly: true } ? K : never;
}[InputName];

/** The names of the inputs that a request to the handler has. */
export type SharedInputName = Exclude<InputName, AgentOnly>;

/** All inputs of a sync, in the order of the forms. */
export const inputNames = Object.keys(definitions) as readonly InputName[];

/** All inputs of a request to the handler, in their order. */
export const sharedInputNames = inputNames.filter(
  (name) => definitionOf(name).agentOnly !== true,
) as readonly SharedInputName[];

/** All inputs of a gate, in the order of its form. */
export const gateInputNames = Object.keys(gateDefinitions) as readonly GateInputName[];

/** An input, looked at as what all of them have in common. */
export function definitionOf(name: InputName): Definition {
  return definitions[name];
}

/** The names of one type of input. */
export type NameOf<T extends Definition['type']> = {
  [K in InputName]: (typeof definitions)[K]['type'] extends T ? K : never;
}[InputName];

/** What an input of choices can be. */
export type ChoiceOf<K extends NameOf<'choice'>> = (typeof definitions)[K]['choices'][number];
