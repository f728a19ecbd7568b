import type { OperationStep } from '../sync/model/outcome.ts';
import type { Plan } from '../sync/plan/plan.ts';
import { compareSteps, placeStepsInTurns, stepIdOf } from '../sync/rules/steps.ts';

/**
 * How long steps wait for the plan, which provides their waves and their order, in milliseconds.
 */
export const planWait = 5_000;

/** Steps that were not reported yet: plain data, stored with what is known. */
export interface HeldSteps {
  /** When the first of them was seen, local milliseconds. */
  readonly since: number;
  /** All steps as last reported. */
  readonly told: readonly OperationStep[];
  /** A step for each change of it, in the order in which they were seen. */
  readonly changes: readonly OperationStep[];
}

/** Adds what changed at one look; `before` are the steps until then. */
export function hold(
  held: HeldSteps | undefined,
  before: readonly OperationStep[],
  changes: readonly OperationStep[],
  now: number,
): HeldSteps | undefined {
  if (changes.length === 0) return held;
  if (held === undefined) return { since: now, told: before, changes };
  return { ...held, changes: [...held.changes, ...changes] };
}

/** Steps to report in one turn of the event loop, and what to store with them. */
const mostAtOnce = 500;

/** Steps to report in one turn, and what is held from then on. */
export interface Portion {
  readonly steps: readonly OperationStep[];
  readonly held: HeldSteps | undefined;
}

/** What is held, split into turns: the changes in the order of `inOrder`. */
export function* portionsOf(
  held: HeldSteps,
  changes: readonly OperationStep[],
): Generator<Portion, void> {
  if (changes.length <= mostAtOnce) {
    yield { steps: changes, held: undefined };
    return;
  }
  const told = new Map(held.told.map((step) => [stepIdOf(step), step]));
  for (let from = 0; from < changes.length; from += mostAtOnce) {
    const steps = changes.slice(from, from + mostAtOnce);
    const rest = changes.slice(from + mostAtOnce);
    for (const step of steps) told.set(stepIdOf(step), step);
    const isLast = rest.length === 0;
    yield {
      steps,
      held: isLast ? undefined : { ...held, told: [...told.values()], changes: rest },
    };
  }
}

/** Whether they may still wait; false when the clock was set back. */
export function mayHold(held: HeldSteps | undefined, now: number): boolean {
  const age = held === undefined ? 0 : now - held.since;
  return age >= 0 && age < planWait;
}

/**
 * The changes by attempt, phase, wave and plan; those of one step in their order of arrival. For
 * `inTurns`.
 */
export function* inOrder(
  changes: readonly OperationStep[],
  plan: Plan | undefined,
): Generator<number, readonly OperationStep[]> {
  const placed = plan === undefined ? changes : yield* placeStepsInTurns(changes, plan);
  const sorted = [...placed].sort(compareSteps);
  yield sorted.length * stepsOfSorting;
  return sorted;
}

/** The cost of sorting one among thousands, in comparisons. */
const stepsOfSorting = 5;
