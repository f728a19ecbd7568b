import type { Clock } from '../src/async/clock.ts';
import { isWorkWaiting } from '../src/async/in-turns.ts';
import { SimulatedClock } from '../simulators/argo-cd/clock.ts';
import { LoopbackTraffic } from '../simulators/loopback-traffic.ts';

/** The turns of the event loop without any progress before time advances. */
const quietTurns = 8;
/**
 * This many moments in a row in which only time advances indicate a test that waits for nothing.
 */
const mostIdleMoments = 200_000;
/** Shifts a simulated time to ours, ahead of it by so many milliseconds. */
export function clockOn(clock: SimulatedClock, ahead: number): Clock {
  return {
    now: () => Math.round(clock.now) + ahead,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const wake = () => {
          cancel();
          signal.removeEventListener('abort', wake);
          resolve();
        };
        const cancel = clock.after(Math.ceil(ms), wake);
        signal.addEventListener('abort', wake, { once: true });
      }),
  };
}

/**
 * Time that stands still while anything is in progress, and then jumps to what is due next: a test
 * sees the same order of events on a machine of any speed, and waits for nothing. Progress is
 * detected by the traffic between the sockets of this process, by promises passed to `during`, and
 * by the turns of the event loop. Real timers are not detected: pass whatever waits for one to
 * `during`. It ends with `clock.stop`.
 */
export class VirtualTime implements Clock {
  /** Simulated time, for simulators. */
  readonly clock: SimulatedClock;
  readonly #traffic = new LoopbackTraffic();
  readonly #own: Clock;
  #pending = 0;

  /** @param difference - Milliseconds by which this clock's time is ahead of the simulators'. */
  constructor(difference = 0) {
    this.clock = new SimulatedClock(Infinity, Date.UTC(2026, 10, 21, 1));
    this.#own = clockOn(this.clock, difference);
    void this.#run();
  }

  now(): number {
    return this.#own.now();
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return this.#own.sleep(ms, signal);
  }

  /** Stands still until the promise is settled; returns it. */
  during<T>(promise: Promise<T>): Promise<T> {
    this.#pending += 1;
    const over = () => {
      this.#pending -= 1;
    };
    promise.then(over, over);
    return promise;
  }

  /** Waits, in simulated time, until a condition holds. */
  async until(test: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await test())) await this.clock.sleep(10);
  }

  async #run(): Promise<void> {
    for (let idle = 0; !this.clock.isStopped; idle += 1) {
      if (await this.#quiet()) idle = 0;
      if (idle > mostIdleMoments) throw new Error('time passes and nothing else happens');
      this.clock.advanceToNext();
    }
    this.#traffic.stop();
  }

  /** Resolves when nothing is in progress; says whether anything was. */
  async #quiet(): Promise<boolean> {
    let moved = this.#traffic.moved;
    let hasMoved = false;
    for (let turn = 0; turn < quietTurns && !this.clock.isStopped; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      const now = this.#traffic.moved;
      const isWorking = this.#pending > 0 || isWorkWaiting();
      if (now === moved && !isWorking && !this.#traffic.isOnItsWay) continue;
      hasMoved ||= now !== moved;
      moved = now;
      turn = -1;
    }
    return hasMoved;
  }
}
