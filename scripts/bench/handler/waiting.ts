import { setTimeout as delay } from 'node:timers/promises';

const lookEvery = 50;
/** Milliseconds between two lines about a long wait. */
const reportEvery = 10_000;

/** Resolves when a condition holds. Rejects after `within` milliseconds, saying what it waited for. */
export async function until(
  what: string,
  condition: () => Promise<boolean>,
  within = 600_000,
): Promise<void> {
  if (!(await holds(within, condition))) throw new Error(`It took too long: ${what}.`);
}

/**
 * Resolves when a count has reached `wanted`. Says how far it is every ten seconds; rejects after `within`
 * milliseconds with that.
 */
export async function reached(
  what: string,
  wanted: number,
  count: () => Promise<number>,
  { within, report }: { readonly within: number; readonly report: (line: string) => void },
): Promise<void> {
  let last = 0;
  let reportAt = performance.now() + reportEvery;
  const line = () => `${last} of ${wanted} ${what}`;
  const isReached = await holds(within, async () => {
    last = await count();
    if (performance.now() >= reportAt) {
      report(line());
      reportAt = performance.now() + reportEvery;
    }
    return last >= wanted;
  });
  if (!isReached) throw new Error(`It took too long: ${line()} after ${within / 1_000} s.`);
}

/**
 * Resolves with true as soon as a condition holds, or with false after `within` milliseconds, even if the
 * condition does not settle.
 */
export async function holds(within: number, condition: () => Promise<boolean>): Promise<boolean> {
  const over = new AbortController();
  const late = delay(within, false, { signal: over.signal }).catch(() => false);
  const watched = async () => {
    while (!(await condition())) {
      if (over.signal.aborted) return false;
      await delay(lookEvery);
    }
    return true;
  };
  try {
    return await Promise.race([watched(), late]);
  } finally {
    over.abort();
  }
}
