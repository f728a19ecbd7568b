import type { ApplicationResult, OperationStep } from '../sync/model/outcome.ts';
import { printOutcome } from './result.ts';
import { printState } from './step-line.ts';

/** A sign for an outcome, for places without color. */
export type Mark = '✔' | '✖' | '⚠' | '';

const outcomeMarks: Readonly<Record<ApplicationResult['outcome'], Mark>> = {
  succeeded: '✔',
  superseded: '⚠',
  canceled: '⚠',
  blocked: '⚠',
  timedOut: '✖',
  failed: '✖',
};

const stateMarks: Readonly<Record<OperationStep['state'], Mark>> = {
  Pending: '',
  Running: '',
  Succeeded: '✔',
  Failed: '✖',
  Pruned: '✔',
  PruneSkipped: '⚠',
};

/** `✔ succeeded`; `⚠ succeeded` where something needs attention. */
export function markOutcome({ outcome, concerns }: ApplicationResult): string {
  const mark = outcome === 'succeeded' && concerns.length > 0 ? '⚠' : outcomeMarks[outcome];
  return `${mark} ${printOutcome(outcome)}`;
}

/** `✖ Failed`; the word alone if the step has not ended. */
export function markState(
  step: Pick<OperationStep, 'state' | 'hook' | 'dryRun'>,
  outcome: ApplicationResult['outcome'],
): string {
  const mark = step.dryRun === true && step.state !== 'Failed' ? '' : stateMarks[step.state];
  return `${mark} ${printState(step, outcome)}`.trimStart();
}
