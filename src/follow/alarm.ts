import type { Clock } from './clock.ts';

/** A wait that can be ended early by whoever has news. */
export class Alarm {
  readonly #clock: Clock;
  #bell = new AbortController();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Ends the wait that is on, or the next one before it begins. */
  ring(): void {
    this.#bell.abort();
  }

  /** It has rung, and nobody has waited since. */
  get isRinging(): boolean {
    return this.#bell.signal.aborted;
  }

  /** Waits until `ms` are over, the alarm rings, or the signal aborts. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    await this.#clock.sleep(ms, AbortSignal.any([signal, this.#bell.signal]));
    this.#bell = new AbortController();
  }
}
