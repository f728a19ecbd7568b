/** Time as a parameter, so that tests can tick it. Milliseconds. */
export interface Clock {
  now(): number;
  /** Resolves after `ms`, or immediately when the signal aborts; callers check the signal. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** The machine's clock. It may be set back; `steadyClock` hides that. */
export const systemClock: Clock = {
  now: () => Date.now(),
  // `node:timers/promises` would create an error, with a stack, for each sleep that ends early.
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const wake = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, Math.max(0, ms));
      signal.addEventListener('abort', wake);
    }),
};

/**
 * The reason for ending waits and calls that are no longer needed. Shared, since `abort()` without a reason
 * creates an error with a stack each time, even if the signal has already aborted.
 */
export const noLongerNeeded = new DOMException('It is no longer needed.', 'AbortError');
