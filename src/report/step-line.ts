import { printKey } from '../sync/model/application.ts';
import type { Outcome, OperationStep, StepState } from '../sync/model/outcome.ts';
import { printSpan } from '../text/duration-text.ts';

const shownMessage = 120;

/** The words for a state in log and summary. */
export const stateWords: Readonly<Record<StepState, string>> = {
  Pending: 'Not reached',
  Running: 'Running',
  Succeeded: 'Succeeded',
  Failed: 'Failed',
  Pruned: 'Pruned',
  PruneSkipped: 'Not pruned',
};

/** The words for a dry run, which changes nothing. */
const dryWords: Readonly<Record<StepState, string>> = {
  ...stateWords,
  Running: 'Would apply',
  Succeeded: 'Would apply',
  Failed: 'Refused',
  Pruned: 'Would prune',
  PruneSkipped: 'Would stay',
};

/** The result of a record whose hook was not seen to end, as Azure Pipelines spells it. */
export function unseenEnd(outcome: Outcome): 'Canceled' | 'Abandoned' {
  return outcome === 'canceled' ? 'Canceled' : 'Abandoned';
}

/**
 * The state of a step in words; `outcome` once the run has ended. For a resource that is not a hook,
 * `Running` only means that it was applied: Argo CD may keep that state after the operation has ended
 * (`hookPhase`).
 */
export function printState(
  { state, hook, dryRun = false }: Pick<OperationStep, 'state' | 'hook' | 'dryRun'>,
  outcome?: Outcome,
): string {
  if (dryRun) return hook ? dryWords[state].replace('apply', 'run') : dryWords[state];
  if (state === 'Running' && hook && outcome !== undefined) return unseenEnd(outcome);
  return state === 'Running' && !hook ? 'Applied' : stateWords[state];
}

/** `PreSync wave -1`; only the phase if there is no wave. */
export function printWave({ phase, wave }: Pick<OperationStep, 'phase' | 'wave'>): string {
  return wave === undefined ? phase : `${phase} wave ${wave}`;
}

/** The cells of a step's line. They contain unescaped foreign text. */
export function stepCells(
  step: OperationStep,
  outcome?: Outcome,
): readonly [string, string, string, string, string] {
  const span = step.state === 'Running' ? '' : printSpan(step.startedAt, step.finishedAt);
  return [printWave(step), printKey(step), printState(step, outcome), span, tellingMessage(step)];
}

/** The message of a successful hook only says that it was created; other messages are informative. */
function tellingMessage({ hook, state, message }: OperationStep): string {
  if (state === 'Running' || (hook && state === 'Succeeded')) return '';
  if (message.length <= shownMessage || state === 'Failed') return message;
  return `${message.slice(0, shownMessage)}…`;
}
