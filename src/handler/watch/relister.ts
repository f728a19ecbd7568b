import { errorMessage } from '../../async/error-message.ts';
import { Wakeup } from '../../async/wakeup.ts';
import { backoff } from '../../async/backoff.ts';
import type { Clock } from '../../async/clock.ts';
import { retryDelayFor } from '../../follow/application-poller.ts';
import type { Listing } from '../../sync/model/application-summary.ts';

/** Milliseconds between lists: while a stream reports changes, and while none does. */
const pauses = { alive: 60_000, dead: 5_000 };
/** The pause after a list, as a multiple of the time that it took. */
const rest = 4;
const retry = { first: 2_000, most: 60_000 };
/** A new stream first reports all applications, and may miss changes meanwhile. */
const opening = 2_000;

/** How a relister lists, and callbacks. Times are local milliseconds. */
export interface RelisterPorts {
  readonly list: (signal: AbortSignal) => Promise<readonly Listing[]>;
  /** Since when a stream reports changes; undefined while none does. */
  readonly streamSince: () => number | undefined;
  /** Called with a list, and when it was requested. The next list waits until this resolves. */
  readonly taken: (listings: readonly Listing[], askedAt: number) => void | Promise<void>;
  readonly failed: () => void;
}

/**
 * Lists all applications repeatedly, one list at a time, as a safety net for the stream. States: waiting
 * until the next list is due (later while a stream is alive, and after failures) or `demand` is called;
 * listing; stopped, when the signal aborts.
 */
export class Relister {
  readonly #ports: RelisterPorts;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #wakeup: Wakeup;
  #askedAt = -Infinity;
  #jitter = 1;
  #took = 0;
  #failures = 0;
  /** Extra pause after a failure, in milliseconds. */
  #penalty = 0;
  #failure = '';

  constructor(ports: RelisterPorts, clock: Clock, random: () => number) {
    this.#ports = ports;
    this.#clock = clock;
    this.#random = random;
    this.#wakeup = new Wakeup(clock);
  }

  /** Why the last list failed: foreign text; empty if it did not. */
  get failure(): string {
    return this.#failure;
  }

  /** The stream opened or broke, which changes the pause. */
  wake(): void {
    this.#wakeup.wake();
  }

  /** Lists as soon as possible. */
  demand(): void {
    this.#askedAt = -Infinity;
    this.#penalty = 0;
    this.#wakeup.wake();
  }

  /** Lists until the signal aborts. Rejects only for a bug. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const wait = this.#due() - this.#clock.now();
      if (wait > 0) await this.#wakeup.wait(wait, signal);
      else await this.#list(signal);
    }
  }

  #due(): number {
    // A clock that was set back must not delay the next list.
    this.#askedAt = Math.min(this.#askedAt, this.#clock.now());
    const since = this.#ports.streamSince();
    const pause = Math.max(since === undefined ? pauses.dead : pauses.alive, rest * this.#took);
    const regular = this.#askedAt + pause * this.#jitter;
    if (this.#penalty > 0) return this.#askedAt + this.#penalty;
    const isOpening = since !== undefined && this.#askedAt < since + opening;
    return isOpening ? Math.min(regular, since + opening) : regular;
  }

  async #list(signal: AbortSignal): Promise<void> {
    const askedAt = this.#clock.now();
    this.#askedAt = askedAt;
    // Keeps several handlers, or several Argo CDs on one machine, from asking at the same time.
    this.#jitter = 0.9 + 0.2 * this.#random();
    let listings: readonly Listing[];
    try {
      listings = await this.#ports.list(signal);
    } catch (error) {
      if (signal.aborted) return;
      this.#failures += 1;
      this.#failure = errorMessage(error);
      this.#askedAt = this.#clock.now();
      const pause = backoff(this.#failures, retry, this.#random);
      this.#penalty = Math.max(pause, retryDelayFor(error));
      this.#ports.failed();
      return;
    }
    this.#took = Math.max(0, this.#clock.now() - askedAt);
    this.#failures = 0;
    this.#failure = '';
    this.#penalty = 0;
    await this.#ports.taken(listings, askedAt);
  }
}
