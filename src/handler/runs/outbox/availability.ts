import type { EndedCall } from '../../../azure/http/azure-http.ts';
import type { Clock } from '../../../async/clock.ts';
import { Listeners } from '../../../async/listeners.ts';

/** Nothing but failures for so long is an outage, in milliseconds: a failure among answers is none. */
const shortest = 2_000;

/**
 * Which organizations of Azure DevOps answer, as the calls of all runs show it. Whoever waits for one
 * that is away hears of its return from the first that meets it again. A collection is answering, or
 * failing from its first failure to the next answer; only after 2 s of that is the answer a return.
 */
export class Availability {
  readonly #clock: Clock;
  /** Since when every call of a collection has failed. */
  readonly #failingSince = new Map<string, number>();
  readonly #listeners = new Listeners<void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes in how a call went. */
  note({ collection, failure }: Pick<EndedCall, 'collection' | 'failure'>): void {
    switch (failure) {
      // No answer, or a server that says that it cannot.
      case 'unavailable':
      case 'unclear':
        if (!this.#failingSince.has(collection)) {
          this.#failingSince.set(collection, this.#clock.now());
        }
        return;
      // These say nothing of it.
      case 'aborted':
      case 'blocked':
      case 'throttled':
        return;
      default:
        this.#answered(collection);
    }
  }

  /** Calls back at each end of an outage. Returns the end of that. */
  onReturn(collection: string, listener: () => void): () => void {
    return this.#listeners.listen(collection, listener);
  }

  #answered(collection: string): void {
    const since = this.#failingSince.get(collection);
    this.#failingSince.delete(collection);
    if (since === undefined || this.#clock.now() - since < shortest) return;
    this.#listeners.tell(collection);
  }
}
