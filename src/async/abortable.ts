/**
 * Ends a wait without ending what is waited for: others may wait for it as well. Rejects with `reason`,
 * or else with the signal's own, when the signal aborts first.
 */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal, reason?: Error): Promise<T> {
  // One of our own: many may wait with the same signal, and Node warns of more than ten listeners.
  const own = AbortSignal.any([signal]);
  return new Promise((resolve, reject) => {
    const abort = () => reject(reason ?? (own.reason as Error));
    if (own.aborted) abort();
    own.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => own.removeEventListener('abort', abort));
  });
}
