import type { Limits } from '../config/config.ts';

/** What a client had left, and when, in milliseconds. */
interface Bucket {
  /** Thousandths of a request, so that a rate per second is a whole number per millisecond. */
  readonly left: number;
  readonly at: number;
}

const request = 1_000;

/**
 * A token bucket per client: `burst` requests at once, `requestsPerSecond` in the long run. Used only for
 * known clients, so there are as many buckets as clients.
 */
export class RateLimit {
  readonly #buckets = new Map<string, Bucket>();
  #limits: Limits;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Applies other limits from the next request on. */
  set limits(limits: Limits) {
    this.#limits = limits;
  }

  /** Milliseconds until the client may ask again; 0 if it may now, which then counts. */
  take(client: string, now: number): number {
    const { requestsPerSecond, burst } = this.#limits;
    const full = burst * request;
    const { left, at } = this.#buckets.get(client) ?? { left: full, at: now };
    // A clock that was set back neither adds nor removes anything.
    const filled = Math.min(full, left + Math.max(0, now - at) * requestsPerSecond);
    const isAllowed = filled >= request;
    this.#buckets.set(client, { left: isAllowed ? filled - request : filled, at: now });
    return isAllowed ? 0 : Math.ceil((request - filled) / requestsPerSecond);
  }
}
