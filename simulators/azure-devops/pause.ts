import type { SimulatedClock } from '../argo-cd/clock.ts';

/** Node's timers are limited to 24.8 days. */
const longest = 20 * 24 * 3_600_000;

/** Waits for so many simulated milliseconds, or until the signal aborts. */
export function pause(
  clock: SimulatedClock,
  milliseconds: number,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const cancel = clock.after(milliseconds, () => {
      signal.removeEventListener('abort', stop);
      resolve();
    });
    const stop = () => {
      cancel();
      resolve();
    };
    signal.addEventListener('abort', stop, { once: true });
  });
}

/** Runs `run` after so many simulated milliseconds, even months. Returns a function that cancels it. */
export function afterLong(
  clock: SimulatedClock,
  milliseconds: number,
  run: () => void,
): () => void {
  let cancel: () => void;
  const arm = (left: number) => {
    const now = Math.min(left, longest);
    cancel = clock.after(now, () => (left > now ? arm(left - now) : run()));
  };
  arm(milliseconds);
  return () => cancel();
}
