import { syncPhases } from '../sync/plan/hook.ts';
import type { OperationStep } from '../sync/model/outcome.ts';
import { compareSteps } from '../sync/rules/steps.ts';
import { spanOf, type Span } from './time-bar.ts';

/** A phase of one attempt, with its steps ordered by wave and place in the plan. */
export interface Phase {
  readonly title: string;
  readonly steps: readonly OperationStep[];
  readonly span: Span;
}

/** Groups steps by attempt and phase, in the order in which Argo CD runs them. */
export function phasesOf(steps: readonly OperationStep[]): readonly Phase[] {
  const phases = new Map<number, OperationStep[]>();
  for (const step of [...steps].sort(compareSteps)) {
    const place = phasePlace(step);
    const there = phases.get(place);
    if (there === undefined) phases.set(place, [step]);
    else there.push(step);
  }
  return [...phases]
    .sort(([a], [b]) => a - b)
    .map(([, each]) => ({ title: titleOf(each), steps: each, span: spanOf(each) }));
}

/**
 * The place of a phase among all phases of all attempts, from 0. It does not depend on when the phase is
 * seen.
 */
export function phasePlace({ phase, attempt }: Pick<OperationStep, 'phase' | 'attempt'>): number {
  return attempt * syncPhases.length + syncPhases.indexOf(phase);
}

/**
 * `PreSync`, followed by notes: the attempt if it is not the first, whether it was a dry run, and an
 * extra note.
 */
export function phaseTitle(
  step: Pick<OperationStep, 'phase' | 'attempt' | 'dryRun'>,
  name = step.phase as string,
  note?: string,
): string {
  const attempt = step.attempt > 0 ? [`attempt ${step.attempt + 1}`] : [];
  const dryRun = step.dryRun === true ? ['dry run'] : [];
  const notes = [...attempt, ...dryRun, ...(note === undefined ? [] : [note])];
  return notes.length === 0 ? name : `${name} (${notes.join(', ')})`;
}

function titleOf([step]: readonly OperationStep[]): string {
  if (step === undefined) return '';
  return phaseTitle(step);
}
