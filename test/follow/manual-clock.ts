import type { Clock } from '../../src/async/clock.ts';
import { isWorkWaiting } from '../../src/async/in-turns.ts';

interface Sleeper {
  at: number;
  readonly wake: () => void;
}

/** This many wake-ups at one moment indicate a loop that never pauses. */
const mostAtOnce = 1_000;

/** Time that moves only when a test says so: half an hour takes a few milliseconds. */
export class ManualClock implements Clock {
  #now = 1_000_000;
  readonly #sleepers = new Set<Sleeper>();

  now(): number {
    return this.#now;
  }

  /** How many sleeps are in progress. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        this.#sleepers.delete(sleeper);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper = { at: this.#now + Math.max(0, ms), wake };
      this.#sleepers.add(sleeper);
      signal.addEventListener('abort', wake, { once: true });
    });
  }

  /** Sets the clock; sleeps last as long as before. */
  jump(ms: number): void {
    this.#now += ms;
    for (const sleeper of this.#sleepers) sleeper.at += ms;
  }

  /** Advances the time by so much, and lets everything happen that is due in it. */
  async pass(ms: number): Promise<void> {
    const until = this.#now + ms;
    await settle();
    while (await this.#step(until));
    this.#now = until;
    await settle();
  }

  /** Advances the time until a promise is settled. */
  async finish<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const mark = () => {
      isSettled = true;
    };
    promise.then(mark, mark);
    await settle();
    while (!isSettled) {
      if (!(await this.#step(Infinity))) throw new Error('all is still, and nothing has ended');
    }
    return promise;
  }

  /** Wakes the sleeper with the least time left; false if none wakes before `until`. */
  async #step(until: number): Promise<boolean> {
    let at = Infinity;
    for (const one of this.#sleepers) at = Math.min(at, one.at);
    if (at > until || at === Infinity) return false;
    const isLater = at > this.#now;
    this.#now = Math.max(this.#now, at);
    this.#wakes = isLater ? 0 : this.#wakes + 1;
    if (this.#wakes > mostAtOnce) throw new Error('something wakes again and again, without pause');
    for (const one of [...this.#sleepers]) if (one.at <= at) one.wake();
    await settle();
    return true;
  }

  #wakes = 0;
}

/** Lets everything happen that only waits for its turn. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    if (isWorkWaiting()) turn = -1;
  }
}
