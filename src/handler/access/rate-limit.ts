import type { Limits } from '../config/config.ts';

/** What is left to a client, and when that was so; milliseconds. */
interface Bucket {
  /** Thousandths of a request, so that a rate a second counts in whole numbers a millisecond. */
  readonly left: number;
  readonly at: number;
}

const request = 1_000;

/**
 * A token bucket per client: `burst` requests at once, `requestsPerSecond` in the long run. It is
 * asked for clients that are known only, so it holds as many buckets as there are clients.
 */
export class RateLimit {
  readonly #buckets = new Map<string, Bucket>();
  #limits: Limits;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Takes other limits over from the next request on. */
  set limits(limits: Limits) {
    this.#limits = limits;
  }

  /** Milliseconds until the client may ask again; 0 when it may now, and then it counts. */
  take(client: string, now: number): number {
    const { requestsPerSecond, burst } = this.#limits;
    const full = burst * request;
    const { left, at } = this.#buckets.get(client) ?? { left: full, at: now };
    // A clock that was set back gives nothing and takes nothing.
    const filled = Math.min(full, left + Math.max(0, now - at) * requestsPerSecond);
    const isAllowed = filled >= request;
    this.#buckets.set(client, { left: isAllowed ? filled - request : filled, at: now });
    return isAllowed ? 0 : Math.ceil((request - filled) / requestsPerSecond);
  }
}
