import { collectionKey } from '../http/collection.ts';

/** More organizations than anybody configures. */
const most = 1_000;

/**
 * When an organization may be asked again. Azure DevOps slows down a caller near its limit: it answers
 * later, and says with a yes as well how long to ask nothing (azure-devops.md §13.9). Whoever goes on
 * is turned away, and others of the same identity with it.
 */
export class Pace {
  readonly #now: () => number;
  readonly #until = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Milliseconds to wait; 0 when the organization may be asked. */
  waitFor(organization: string): number {
    const key = collectionKey(organization);
    const wait = (this.#until.get(key) ?? 0) - this.#now();
    if (wait <= 0) this.#until.delete(key);
    return Math.max(0, wait);
  }

  /** Notes that the server asked for a wait, milliseconds. */
  note(organization: string, retryAfter: number | undefined): void {
    if (retryAfter === undefined || retryAfter === 0) return;
    const key = collectionKey(organization);
    const until = Math.max(this.#now() + retryAfter, this.#until.get(key) ?? 0);
    this.#until.delete(key);
    this.#until.set(key, until);
    const [oldest] = this.#until.keys();
    if (this.#until.size > most && oldest !== undefined) this.#until.delete(oldest);
  }
}
