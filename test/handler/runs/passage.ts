/**
 * What is between a process and what it calls: passes a call on, fails it, or never responds.
 * Called before the call takes effect, and again before its response is returned.
 */
export type Passage = (call: string, stage: 'before' | 'after') => Promise<void>;

export const goOn: Passage = () => Promise.resolve();

/** Never responds again: the process seems dead. */
export const never = (): Promise<never> => new Promise<never>(() => undefined);

/** A process that ends at its moment of this number; `count` says how many there were. */
export function dyingAt(moment: number): {
  readonly passage: Passage;
  readonly count: () => number;
} {
  let count = 0;
  return {
    passage: () => {
      count += 1;
      return count < moment ? Promise.resolve() : never();
    },
    count: () => count,
  };
}

/** Fails a call so many times, before or after it takes effect. */
export function failing(
  call: string,
  stage: 'before' | 'after',
  error: Error,
  times: number,
): Passage {
  let left = times;
  return (each, at) => {
    if (each !== call || at !== stage || left === 0) return Promise.resolve();
    left -= 1;
    return Promise.reject(error);
  };
}

/** Holds calls once closed, until it is opened again or lets one through. */
export class Gate {
  readonly #call: string;
  readonly #stage: 'before' | 'after';
  #isOpen = true;
  #waiting: (() => void)[] = [];

  constructor(call: string, stage: 'before' | 'after' = 'before') {
    this.#call = call;
    this.#stage = stage;
  }

  readonly passage: Passage = (call, stage) => {
    if (call !== this.#call || stage !== this.#stage || this.#isOpen) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  };

  close(): void {
    this.#isOpen = false;
  }

  /** Lets the first of the waiting calls through. */
  letOne(): void {
    this.#waiting.shift()?.();
  }

  open(): void {
    this.#isOpen = true;
    for (const go of this.#waiting.splice(0)) go();
  }
}
