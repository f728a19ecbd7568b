import { printKey } from '../sync/application.ts';
import type { Step, StepState } from '../sync/outcome.ts';
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

/**
 * The word for how far a step is. For a resource that is no hook, `Running` says that it was applied
 * and no more: Argo CD may leave it at that when the operation has ended (`hookPhase`).
 */
export function printState({ state, hook }: Pick<Step, 'state' | 'hook'>): string {
  return state === 'Running' && !hook ? 'Applied' : stateWords[state];
}

/** `PreSync wave -1`; only the phase where there is no wave. */
export function printWave({ phase, wave }: Pick<Step, 'phase' | 'wave'>): string {
  return wave === undefined ? phase : `${phase} wave ${wave}`;
}

/** What a step's line says, as cells. The texts are foreign and as they came. */
export function stepCells(step: Step): readonly [string, string, string, string, string] {
  const span = step.state === 'Running' ? '' : printSpan(step.startedAt, step.finishedAt);
  return [printWave(step), printKey(step), printState(step), span, tellingMessage(step)];
}

/** A hook that succeeded says only that it was made; of the rest each message tells something. */
function tellingMessage({ hook, state, message }: Step): string {
  if (state === 'Running' || (hook && state === 'Succeeded')) return '';
  if (message.length <= shownMessage || state === 'Failed') return message;
  return `${message.slice(0, shownMessage)}…`;
}
