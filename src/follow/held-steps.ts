import type { OperationStep } from '../sync/model/outcome.ts';
import type { Plan } from '../sync/plan/plan.ts';
import { compareSteps, placeStepsInTurns, stepIdOf } from '../sync/rules/steps.ts';

/** How long steps wait for the plan, which tells their waves and their order, in milliseconds. */
export const planWait = 5_000;

/** Steps that are not told yet: plain data, to be stored with what is known. */
export interface HeldSteps {
  /** When the first of them was seen, local milliseconds. */
  readonly since: number;
  /** All steps as they were told last. */
  readonly told: readonly OperationStep[];
  /** A step for each change of it, in the order in which they were seen. */
  readonly changes: readonly OperationStep[];
}

/** Adds what changed at one look; `before` are the steps as they were until then. */
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

/** Steps that are told in one turn of the event loop, with what is stored of that. */
const mostAtOnce = 500;

/** Steps to tell in one turn, and what is held from then on. */
export interface Portion {
  readonly steps: readonly OperationStep[];
  readonly held: HeldSteps | undefined;
}

/** What is held, as it is told turn by turn: its changes as `inOrder` gives them. */
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

/** Whether they may still wait; not when the clock was set back. */
export function mayHold(held: HeldSteps | undefined, now: number): boolean {
  const age = held === undefined ? 0 : now - held.since;
  return age >= 0 && age < planWait;
}

/** The changes by attempt, phase, wave and plan; those of one step as they came. For `inTurns`. */
export function* inOrder(
  changes: readonly OperationStep[],
  plan: Plan | undefined,
): Generator<number, readonly OperationStep[]> {
  const placed = plan === undefined ? changes : yield* placeStepsInTurns(changes, plan);
  const sorted = [...placed].sort(compareSteps);
  yield sorted.length * stepsOfSorting;
  return sorted;
}

/** To sort one among thousands takes as long as so many comparisons. */
const stepsOfSorting = 5;
