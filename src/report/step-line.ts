import { printKey } from '../sync/model/application.ts';
import type { Outcome, OperationStep, StepState } from '../sync/model/outcome.ts';
import { printSpan } from '../text/duration-text.ts';

const shownMessage = 120;

/** The words for a state, in log and summary. */
export const stateWords: Readonly<Record<StepState, string>> = {
  Pending: 'Not reached',
  Running: 'Running',
  Succeeded: 'Succeeded',
  Failed: 'Failed',
  Pruned: 'Pruned',
  PruneSkipped: 'Not pruned',
};

/** A dry run does nothing: what would come of each. */
const dryWords: Readonly<Record<StepState, string>> = {
  ...stateWords,
  Running: 'Would apply',
  Succeeded: 'Would apply',
  Failed: 'Refused',
  Pruned: 'Would prune',
  PruneSkipped: 'Would stay',
};

/** What becomes of a hook whose end nobody sees any more, in the words of Azure Pipelines. */
export function unseenEnd(outcome: Outcome): 'Canceled' | 'Abandoned' {
  return outcome === 'canceled' ? 'Canceled' : 'Abandoned';
}

/**
 * The word for how far a step is; `outcome` once the run has ended. For a resource that is no hook,
 * `Running` says that it was applied and no more: Argo CD may leave it at that when the operation has
 * ended (`hookPhase`).
 */
export function printState(
  { state, hook, dryRun = false }: Pick<OperationStep, 'state' | 'hook' | 'dryRun'>,
  outcome?: Outcome,
): string {
  if (dryRun) return hook ? dryWords[state].replace('apply', 'run') : dryWords[state];
  if (state === 'Running' && hook && outcome !== undefined) return unseenEnd(outcome);
  return state === 'Running' && !hook ? 'Applied' : stateWords[state];
}

/** `PreSync wave -1`; only the phase where there is no wave. */
export function printWave({ phase, wave }: Pick<OperationStep, 'phase' | 'wave'>): string {
  return wave === undefined ? phase : `${phase} wave ${wave}`;
}

/** What a step's line says, as cells. The texts are foreign and as they came. */
export function stepCells(
  step: OperationStep,
  outcome?: Outcome,
): readonly [string, string, string, string, string] {
  const span = step.state === 'Running' ? '' : printSpan(step.startedAt, step.finishedAt);
  return [printWave(step), printKey(step), printState(step, outcome), span, tellingMessage(step)];
}

/** A hook that succeeded says only that it was made; of the rest each message tells something. */
function tellingMessage({ hook, state, message }: OperationStep): string {
  if (state === 'Running' || (hook && state === 'Succeeded')) return '';
  if (message.length <= shownMessage || state === 'Failed') return message;
  return `${message.slice(0, shownMessage)}…`;
}
