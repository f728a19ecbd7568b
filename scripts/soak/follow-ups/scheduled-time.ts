import { SimulatedClock } from '../../../simulators/argo-cd/clock.ts';
import type { Clock } from '../../../src/async/clock.ts';
import { clockOn } from '../../../test/virtual-time.ts';

/** Time that advances only on request. */
export class ScheduledTime {
  readonly #clock = new SimulatedClock(Infinity, Date.UTC(2026, 10, 28));

  get now(): number {
    return this.#clock.now;
  }

  after(ms: number, act: () => void): void {
    this.#clock.after(ms, act);
  }

  wait(ms: number): Promise<void> {
    return this.#clock.sleep(ms);
  }

  /** Advances by so many milliseconds. After each due event, everything that takes no time happens. */
  async pass(ms: number): Promise<void> {
    let isOver = false;
    this.#clock.after(ms, () => (isOver = true));
    for (;;) {
      await new Promise((resolve) => void setImmediate(resolve));
      if (isOver) return;
      this.#clock.advanceToNext();
    }
  }

  /** A machine's clock that is ahead of this time by so many milliseconds. */
  clock(ahead: number): Clock {
    return clockOn(this.#clock, ahead);
  }
}
