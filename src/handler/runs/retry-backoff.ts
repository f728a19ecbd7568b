import type { AzureError, AzureFailure } from '../../azure/http/azure-error.ts';
import { Wakeup } from '../../async/wakeup.ts';
import { backoff } from '../../async/backoff.ts';
import type { Clock } from '../../async/clock.ts';

/** What a backoff needs; `random` gives 0 to 1, so that not all runs retry at once. */
export interface BackoffPorts {
  readonly clock: Clock;
  readonly random: () => number;
}

/** Calls the listener when the organization responds again. Returns a function that removes it. */
export type OnReturn = (listener: () => void) => () => void;

/**
 * A single refusal does not count, since a sign-in page may be transient: so many do, over so many
 * milliseconds.
 */
const doubt = { tries: 4, time: 60_000 };
const refusals: ReadonlySet<AzureFailure> = new Set(['unauthenticated', 'forbidden', 'not-found']);

const retry = { first: 500, most: 60_000 };
/** Upper limit of the wait that a server asks for. */
const longestAsked = 5 * 60_000;

/**
 * When a run may call Azure DevOps again after a failure, with increasing waits. It outlives the run's time
 * in memory.
 * States: ready; backing off, from `failed` until the wait is over, `succeeded`, or the organization responds
 * to another run; held, if the server asked for the wait: then only its end counts. In addition, the token
 * counts as refused after four refusals over at least a minute.
 */
export class RetryBackoff {
  readonly #ports: BackoffPorts;
  #failures = 0;
  #refusals = 0;
  /** When the first of them was received. */
  #refusedSince = Infinity;
  #dueAt = -Infinity;
  /** The server said how long to wait: that it responds again is no reason to call earlier. */
  #isAsked = false;
  /** When the current wait ends by itself. */
  #waitsUntil: number | undefined;

  constructor(ports: BackoffPorts) {
    this.#ports = ports;
  }

  /** When the current wait ends by itself, in local milliseconds; undefined while there is none. */
  get waitsUntil(): number | undefined {
    return this.#waitsUntil;
  }

  /** The server has asked for a longer wait, which is not over. */
  get isHeld(): boolean {
    return this.#isAsked && this.#dueAt > this.#ports.clock.now();
  }

  /** Whether the token counts as refused: for so many tries, and for a minute. */
  get isTokenRefused(): boolean {
    return this.#refusals >= doubt.tries && this.tokenRefusedFor >= doubt.time;
  }

  /** For how long the token has been refused, in milliseconds; 0 while it is not. */
  get tokenRefusedFor(): number {
    return Math.max(0, this.#ports.clock.now() - this.#refusedSince);
  }

  failed({ failure, retryAfter }: AzureError): void {
    const { clock, random } = this.#ports;
    this.#failures += 1;
    if (refusals.has(failure)) {
      this.#refusals += 1;
      this.#refusedSince = Math.min(this.#refusedSince, clock.now());
    }
    this.#isAsked = retryAfter !== undefined;
    const asked = Math.min(retryAfter ?? 0, longestAsked);
    this.#dueAt = clock.now() + Math.max(backoff(this.#failures, retry, random), asked);
  }

  succeeded(): void {
    this.#failures = 0;
    this.#refusals = 0;
    this.#refusedSince = Infinity;
    this.#dueAt = -Infinity;
  }

  /** Resolves when the next try may be made, at the latest at `until` or when the signal aborts. */
  async wait(onReturn: OnReturn, until: number, signal: AbortSignal): Promise<void> {
    const { clock } = this.#ports;
    // The common case, in every turn of an outbox dispatcher.
    if (this.#dueAt <= clock.now()) return;
    const wakeup = new Wakeup(clock);
    const stop = this.subscribe(onReturn, () => wakeup.wake());
    try {
      for (;;) {
        this.#waitsUntil = Math.min(this.#dueAt, until);
        const rest = this.#waitsUntil - clock.now();
        if (rest <= 0 || signal.aborted) return;
        await wakeup.wait(rest, signal);
      }
    } finally {
      this.#waitsUntil = undefined;
      stop();
    }
  }

  /**
   * Makes the next try due when the organization responds again, and notifies the listener. Returns a
   * function that ends this.
   */
  subscribe(onReturn: OnReturn, listener: () => void): () => void {
    return onReturn(() => {
      if (this.#isAsked) return;
      this.#dueAt = -Infinity;
      listener();
    });
  }
}
