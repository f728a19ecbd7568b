import { noLongerNeeded, type Clock } from './clock.ts';

/** The longest delay of `setTimeout`, in milliseconds. */
const longestSleep = 2 ** 31 - 1;

/** Bounds calls. Open until its parent aborts, its deadline passes or `end` is called; then over for good. */
export class CancelScope {
  readonly #over = new AbortController();
  /** Aborts at the end. */
  readonly signal: AbortSignal;
  #at: number;

  /** `at`: the deadline, in local milliseconds. */
  constructor(
    clock: Clock,
    { parent, at = Infinity }: { readonly parent?: AbortSignal; readonly at?: number },
  ) {
    const over = this.#over.signal;
    // No listener on the parent: many scopes may share it, and Node warns of more than ten.
    this.signal = parent === undefined ? over : AbortSignal.any([parent, over]);
    this.#at = at;
    if (at !== Infinity) void this.#endInTime(clock);
  }

  /** Moves the deadline to `at` (local milliseconds) if that is later. Has no effect once it is over. */
  prolong(at: number): void {
    this.#at = Math.max(this.#at, at);
  }

  /** Ends it now. Calling it again has no effect. */
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
