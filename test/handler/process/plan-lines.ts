import type { Plan } from '../../../simulators/azure-devops/plan.ts';

/** The task's log without the time at the start of each line. */
export function linesOf(plan: Plan): readonly string[] {
  return plan.logs.flatMap(({ lines }) => lines).map((line) => line.replace(/^\S+ /, ''));
}
