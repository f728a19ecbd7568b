import { syncPhases } from '../sync/plan/hook.ts';
import type { OperationStep } from '../sync/model/outcome.ts';
import { compareSteps } from '../sync/rules/steps.ts';
import { spanOf, type Span } from './time-bar.ts';

/** A phase of one attempt, with its steps by wave and place in the plan. */
export interface Phase {
  readonly title: string;
  readonly steps: readonly OperationStep[];
  readonly span: Span;
}

/** Steps by attempt and phase, in the order in which Argo CD goes through them. */
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

/** The place of a phase among all phases of all attempts, from 0: it is the same whenever it comes. */
export function phasePlace({ phase, attempt }: Pick<OperationStep, 'phase' | 'attempt'>): number {
  return attempt * syncPhases.length + syncPhases.indexOf(phase);
}

/** `PreSync`; with the attempt where it is not the first, that it was a dry run, and another note. */
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
