import { noLongerNeeded, type Clock } from './clock.ts';

/** `setTimeout` cannot wait longer, in milliseconds. */
const longestSleep = 2 ** 31 - 1;

/**
 * Bounds calls. It is open until its parent aborts, its deadline passes or `end` is called, and
 * then over for good.
 */
export class CancelScope {
  readonly #over = new AbortController();
  /** Aborts at the end. */
  readonly signal: AbortSignal;
  #at: number;

  /** `at`: when it ends at the latest, local milliseconds. */
  constructor(
    clock: Clock,
    { parent, at = Infinity }: { readonly parent?: AbortSignal; readonly at?: number },
  ) {
    const over = this.#over.signal;
    // No listener on the parent: many scopes have the same one, and Node warns of more than ten.
    this.signal = parent === undefined ? over : AbortSignal.any([parent, over]);
    this.#at = at;
    if (at !== Infinity) void this.#endInTime(clock);
  }

  /** Has it end at `at`, local milliseconds, if that is later than it would; one that is over stays so. */
  prolong(at: number): void {
    this.#at = Math.max(this.#at, at);
  }

  /** Ends it now; a second time does nothing. */
  end(): void {
    this.#over.abort(noLongerNeeded);
  }

  async #endInTime(clock: Clock): Promise<void> {
    while (!this.signal.aborted && clock.now() < this.#at) {
      await clock.sleep(Math.min(this.#at - clock.now(), longestSleep), this.signal);
    }
    this.end();
  }
}
