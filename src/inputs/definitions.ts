import {
  ifMissingChoices,
  waitForChoices,
  whenBusyChoices,
  whenSupersededChoices,
  whenWindowClosedChoices,
  type Goal,
} from '../sync/model/goal.ts';

/** What a step does. */
export type Action = Goal['action'];

/** What to do with an operation after a timeout or a cancellation. */
const endings = ['leave', 'terminate'] as const;
const day = 24 * 3_600;

/**
 * One input of a sync, in any task. Its texts for people are in `input-texts.ts`, so that agents do not
 * load them.
 */
export type Definition = Meaning & (TextInput | BooleanInput | IntegerInput | ChoiceInput);

/** When an input has an effect. Otherwise the form hides it, and setting it causes a warning. */
interface Meaning {
  /** The actions with which it has an effect; absent: all. */
  readonly actions?: readonly Action[];
  /**
   * What else it requires. `following`: that the step waits for something. `health`: that it waits for
   * health. `prune`: that it prunes resources.
   */
  readonly needs?: 'following' | 'health' | 'prune';
  /** Setting it without effect does not mislead, so there is no warning. */
  readonly isHarmless?: true;
  /** Only `ArgoCDSync@1` has it. */
  readonly agentOnly?: true;
  /** It must be filled in. */
  readonly isRequired?: true;
  /** Added after version 1.0 of the tasks: the handler uses the default if a request lacks it. */
  readonly isAdded?: true;
}

interface TextInput {
  /** `text` is one line, `lines` are several. Empty: not given. */
  readonly type: 'text' | 'lines';
  readonly default: string;
}

interface BooleanInput {
  readonly type: 'boolean';
  readonly default: boolean;
}

/** A whole number within inclusive bounds; optional if it has no default. */
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
 * warnings about idle inputs, the body of a request, each `task.json` and the reference of inputs are
 * derived from this table and those below, or checked against them.
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
  // Only a sync carries its run's marker, which identifies its operation.
  followUps: { ...lines, ...syncing, needs: 'following', isAdded: true },
  waitForFollowUps: { ...off, ...syncing, needs: 'following', isAdded: true },
  // Hook logs exist only where hooks can run.
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
 * the same. Inputs that share a name with an input of a sync are read in the same way.
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

/** A definition, typed as what all inputs have in common. */
export function definitionOf(name: InputName): Definition {
  return definitions[name];
}

/** The names of one type of input. */
export type NameOf<T extends Definition['type']> = {
  [K in InputName]: (typeof definitions)[K]['type'] extends T ? K : never;
}[InputName];

/** The choices of an input. */
export type ChoiceOf<K extends NameOf<'choice'>> = (typeof definitions)[K]['choices'][number];
