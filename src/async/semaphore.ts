/** Lets at most so many jobs run at once; the others wait in the order in which they came. */
export class Semaphore {
  #free: number;
  /** A set, so that removal from a long queue is fast. */
  readonly #queue = new Set<() => void>();

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  /**
   * Runs a job when its turn comes. Rejects with the signal's reason while it waits; a job that has
   * begun looks at the signal itself.
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
    // One of our own: many wait with the same signal, and Node warns of more than ten listeners.
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
