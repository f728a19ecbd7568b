import type { Clock } from '../../../src/async/clock.ts';

interface Timer {
  readonly at: number;
  readonly act: () => void;
}

/** Time that stands still until told to go on to what is due next. */
export class ScheduledTime {
  #now = Date.UTC(2026, 10, 28);
  /** In the order in which they are due. */
  readonly #timers: Timer[] = [];

  get now(): number {
    return this.#now;
  }

  after(ms: number, act: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, ms), act };
    let place = this.#timers.length;
    while (place > 0 && (this.#timers[place - 1]?.at ?? 0) > timer.at) place -= 1;
    this.#timers.splice(place, 0, timer);
    return () => {
      const now = this.#timers.indexOf(timer);
      if (now >= 0) this.#timers.splice(now, 1);
    };
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** Goes on to what is due next, but not beyond a time. Says whether anything was due by then. */
  advance(until: number): boolean {
    const timer = this.#timers[0];
    if (timer === undefined || timer.at > until) {
      this.#now = until;
      return false;
    }
    this.#timers.shift();
    this.#now = timer.at;
    timer.act();
    return true;
  }

  /** A machine's clock, ahead of this time by so much. */
  clock(ahead: number): Clock {
    return {
      now: () => this.#now + ahead,
      sleep: (ms, signal) =>
        new Promise((resolve) => {
          if (signal.aborted) return resolve();
          const wake = () => {
            cancel();
            signal.removeEventListener('abort', wake);
            resolve();
          };
          const cancel = this.after(ms, wake);
          signal.addEventListener('abort', wake);
        }),
    };
  }
}

/** Lets everything happen that needs no time. */
export function settle(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
