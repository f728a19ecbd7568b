/**
 * Ends a wait, but not what is waited for, since others may wait for it too. If the signal aborts first,
 * rejects with `reason`, or the signal's own.
 */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal, reason?: Error): Promise<T> {
  // Not the caller's signal: many may wait with the same one, and Node warns of more than ten listeners.
  const own = AbortSignal.any([signal]);
  return new Promise((resolve, reject) => {
    const abort = () => reject(reason ?? (own.reason as Error));
    if (own.aborted) abort();
    own.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => own.removeEventListener('abort', abort));
  });
}
