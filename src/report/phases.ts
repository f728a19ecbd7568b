import { syncPhases } from '../sync/hook.ts';
import type { Step } from '../sync/outcome.ts';
import { spanOf, type Span } from './time-bar.ts';

/** A phase of one attempt, with its steps in the order in which they began. */
export interface Phase {
  readonly title: string;
  readonly steps: readonly Step[];
  readonly span: Span;
}

/** Steps by attempt and phase, in the order in which Argo CD goes through them. */
export function phasesOf(steps: readonly Step[]): readonly Phase[] {
  const phases = new Map<number, Step[]>();
  for (const step of steps) {
    const place = step.attempt * syncPhases.length + syncPhases.indexOf(step.phase);
    const there = phases.get(place);
    if (there === undefined) phases.set(place, [step]);
    else there.push(step);
  }
  return [...phases]
    .sort(([a], [b]) => a - b)
    .map(([, each]) => ({ title: titleOf(each), steps: each, span: spanOf(each) }));
}

/** `PreSync`; with the attempt where it is not the first, and that it was a dry run. */
export function phaseTitle(
  step: Pick<Step, 'phase' | 'attempt' | 'dryRun'>,
  name = step.phase as string,
): string {
  const attempt = step.attempt > 0 ? [`attempt ${step.attempt + 1}`] : [];
  const notes = [...attempt, ...(step.dryRun === true ? ['dry run'] : [])];
  return notes.length === 0 ? name : `${name} (${notes.join(', ')})`;
}

function titleOf([step]: readonly Step[]): string {
  if (step === undefined) return '';
  return phaseTitle(step);
}
