import type { RateLimit } from './collection.ts';

const window = 300_000;

/** Counts the requests of each identity in five minutes. */
export class RateLimits {
  readonly #times = new Map<string, number[]>();

  /** How the limit affects a request; undefined if it does not. */
  take(
    identity: string,
    limit: RateLimit | undefined,
    now: number,
  ): { readonly isBlocked: boolean; readonly retryAfter: number } | undefined {
    if (!limit) return undefined;
    const times = (this.#times.get(identity) ?? []).filter((time) => time > now - window);
    times.push(now);
    this.#times.set(identity, times);
    if (times.length <= limit.delayedAfter) return undefined;
    return { isBlocked: times.length > limit.blockedAfter, retryAfter: limit.retryAfter };
  }
}
