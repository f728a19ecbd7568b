import type { EndedCall } from '../../../azure/http/azure-http.ts';
import type { Clock } from '../../../async/clock.ts';
import { Listeners } from '../../../async/listeners.ts';

/**
 * Consecutive failures for this time are an outage, in milliseconds; a failure between responses is
 * not.
 */
const shortest = 2_000;

/**
 * Which organizations of Azure DevOps respond, according to the calls of all runs. Runs that wait
 * for an unreachable one are notified by the first call that succeeds. A collection is responding,
 * or failing from its first failure to the next response; only after 2 s of failing does a response
 * count as a return.
 */
export class Availability {
  readonly #clock: Clock;
  /** Since when every call of a collection has failed. */
  readonly #failingSince = new Map<string, number>();
  readonly #listeners = new Listeners<void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Records the result of a call. */
  note({ collection, failure }: Pick<EndedCall, 'collection' | 'failure'>): void {
    switch (failure) {
      // No response, or a server that reports an outage.
      case 'unavailable':
      case 'unclear':
        if (!this.#failingSince.has(collection)) {
          this.#failingSince.set(collection, this.#clock.now());
        }
        return;
      // These do not tell.
      case 'aborted':
      case 'blocked':
      case 'throttled':
        return;
      default:
        this.#answered(collection);
    }
  }

  /** Calls the listener at each end of an outage. Returns a function that removes it. */
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
