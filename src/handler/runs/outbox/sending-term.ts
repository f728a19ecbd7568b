import { CancelScope } from '../../../async/cancel-scope.ts';
import type { Clock } from '../../../async/clock.ts';

/**
 * The deadline of consecutive calls. Calls in time share one scope, since a timer and signals for
 * each would cost more than most calls do otherwise.
 */
export class SendingTerm {
  readonly #clock: Clock;
  readonly #until: () => number;
  readonly #parent: AbortSignal;
  #scope: CancelScope | undefined;

  /** `until`: when a call that begins now must have ended, local milliseconds; it never goes back. */
  constructor(clock: Clock, until: () => number, parent: AbortSignal) {
    this.#clock = clock;
    this.#until = until;
    this.#parent = parent;
  }

  /** For a call that begins now: aborts when its time is over, or with the parent. */
  begin(): AbortSignal {
    const at = this.#until();
    if (this.#scope === undefined || this.#scope.signal.aborted) {
      this.#scope = new CancelScope(this.#clock, { parent: this.#parent, at });
    } else {
      this.#scope.prolong(at);
    }
    return this.#scope.signal;
  }

  /** No call is under way any more. */
  end(): void {
    this.#scope?.end();
  }

  /** Throws the parent's reason once that has aborted. */
  throwIfAborted(): void {
    this.#parent.throwIfAborted();
  }
}
