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

  /** `until`: the deadline of a call that starts now, in local milliseconds; it never decreases. */
  constructor(clock: Clock, until: () => number, parent: AbortSignal) {
    this.#clock = clock;
    this.#until = until;
    this.#parent = parent;
  }

  /** The signal for a call that starts now: aborts at the deadline, or with the parent. */
  begin(): AbortSignal {
    const at = this.#until();
    if (this.#scope === undefined || this.#scope.signal.aborted) {
      this.#scope = new CancelScope(this.#clock, { parent: this.#parent, at });
    } else {
      this.#scope.prolong(at);
    }
    return this.#scope.signal;
  }

  /** No call is running anymore. */
  end(): void {
    this.#scope?.end();
  }

  /** Throws the parent's reason if that has aborted. */
  throwIfAborted(): void {
    this.#parent.throwIfAborted();
  }
}
