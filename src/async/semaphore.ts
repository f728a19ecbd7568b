/** Runs at most so many jobs at once; the others wait in order of arrival. */
export class Semaphore {
  #free: number;
  /** A set, so that removal from a long queue is fast. */
  readonly #queue = new Set<() => void>();

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  /**
   * Runs a job in its turn. Rejects with the signal's reason if it aborts before; a running job must check
   * the signal itself.
   */
  async run<T>(job: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await this.#wait(signal);
    try {
      return await job();
    } finally {
      this.#release();
    }
  }

  #wait(signal: AbortSignal | undefined): Promise<void> {
    if (signal === undefined) return new Promise((resolve) => void this.#queue.add(resolve));
    // Not the caller's signal: many wait with the same one, and Node warns of more than ten listeners.
    const own = AbortSignal.any([signal]);
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.#queue.delete(begin);
        reject(own.reason as Error);
      };
      const begin = () => {
        own.removeEventListener('abort', abort);
        resolve();
      };
      if (own.aborted) {
        abort();
        return;
      }
      own.addEventListener('abort', abort, { once: true });
      this.#queue.add(begin);
    });
  }

  #release(): void {
    const [next] = this.#queue;
    if (next === undefined) {
      this.#free += 1;
      return;
    }
    this.#queue.delete(next);
    next();
  }
}
