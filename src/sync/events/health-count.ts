import type { EventMemory } from './event-memory.ts';

/** How often an application has become degraded, and whether it is. */
export type HealthCount = Pick<EventMemory, 'isDegraded' | 'degradations'>;

/**
 * A memory that counts the degradations of an application on from where others are, so that the next one gets
 * a number that none of them has used. What another alone has seen begin is left to be seen. Not for two
 * memories that both go on: one of them may be late, and would count twice.
 */
export function levelHealth<Memory extends HealthCount>(
  memory: Memory,
  others: readonly HealthCount[],
): Memory {
  const counts = others.map(({ isDegraded, degradations }) =>
    isDegraded && !memory.isDegraded ? degradations - 1 : degradations,
  );
  const degradations = Math.max(memory.degradations, ...counts);
  return degradations === memory.degradations ? memory : { ...memory, degradations };
}
