import { collectionKey } from '../http/collection.ts';

/** More organizations than anyone configures. */
const most = 1_000;

/**
 * How far the clocks of organizations are from ours. Runs are searched by the time at which Azure DevOps
 * queued them: with a clock of ours that is ahead, a run would seem older than its own request.
 */
export class ServerClocks {
  readonly #now: () => number;
  readonly #offsets = new Map<string, number>();

  /** `now`: milliseconds since the epoch, by our clock. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Azure's time minus ours, by its last answer, in milliseconds; 0 before the first one. */
  offsetOf(organization: string): number {
    return this.#offsets.get(collectionKey(organization)) ?? 0;
  }

  /** Records the time of an answer that has just arrived, by the server's clock. */
  note(organization: string, date: number | undefined): void {
    if (date === undefined) return;
    const key = collectionKey(organization);
    this.#offsets.delete(key);
    this.#offsets.set(key, date - this.#now());
    const [oldest] = this.#offsets.keys();
    if (this.#offsets.size > most && oldest !== undefined) this.#offsets.delete(oldest);
  }
}
