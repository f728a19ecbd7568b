import { setTimeout as delay } from 'node:timers/promises';

const lookEvery = 50;

/** Resolves when a condition holds. Rejects after `within` milliseconds, saying what it waited for. */
export async function until(
  what: string,
  condition: () => Promise<boolean>,
  within = 600_000,
): Promise<void> {
  if (!(await holds(within, condition))) throw new Error(`It took too long: ${what}.`);
}

/** Resolves with true as soon as a condition holds, or with false after `within` milliseconds. */
export async function holds(within: number, condition: () => Promise<boolean>): Promise<boolean> {
  const deadline = performance.now() + within;
  while (!(await condition())) {
    if (performance.now() > deadline) return false;
    await delay(lookEvery);
  }
  return true;
}
