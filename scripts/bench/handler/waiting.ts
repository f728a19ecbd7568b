import { setTimeout as delay } from 'node:timers/promises';

const lookEvery = 50;

/** Resolves when a condition holds; rejects after `within` milliseconds with what was waited for. */
export async function until(
  what: string,
  holds: () => Promise<boolean>,
  within = 600_000,
): Promise<void> {
  const deadline = performance.now() + within;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`It took too long: ${what}.`);
    await delay(lookEvery);
  }
}
