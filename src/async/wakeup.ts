import { noLongerNeeded, type Clock } from './clock.ts';

/**
 * A wait that can be ended early. States: asleep (in `wait`), idle, and woken. `wake` ends the current wait,
 * or makes the next one end immediately. The end of a wait makes it idle again.
 */
export class Wakeup {
  readonly #clock: Clock;
  #wake = new AbortController();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Ends the current wait, or the next one as soon as it starts. */
  wake(): void {
    this.#wake.abort(noLongerNeeded);
  }

  /** It was woken, and there was no wait since. */
  get isPending(): boolean {
    return this.#wake.signal.aborted;
  }

  /** Waits until `ms` have passed, `wake` is called, or the signal aborts. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    await this.#clock.sleep(ms, AbortSignal.any([signal, this.#wake.signal]));
    this.#wake = new AbortController();
  }
}
