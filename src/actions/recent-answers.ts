/** The result of a request. */
export type Answer<T> = { readonly value: T } | { readonly error: unknown };

interface Entry<T> {
  readonly answer: Promise<T>;
  /** Undefined while the request is in progress. */
  until: number | undefined;
}

const most = 1_000;

/** Caches answers by key for a lifetime each. Concurrent requests for a key share one answer. */
export class RecentAnswers<T> {
  readonly #now: () => number;
  readonly #lifetime: (answer: Answer<T>) => number;
  readonly #entries = new Map<string, Entry<T>>();

  /** `lifetime` returns milliseconds. */
  constructor(now: () => number, lifetime: (answer: Answer<T>) => number) {
    this.#now = now;
    this.#lifetime = lifetime;
  }

  /** The cached or pending answer, or else a new one from `ask`. */
  get(key: string, ask: () => Promise<T>): Promise<T> {
    const known = this.#entries.get(key);
    if (known !== undefined && (known.until === undefined || this.#now() < known.until)) {
      return known.answer;
    }
    const entry: Entry<T> = { answer: ask(), until: undefined };
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > most && oldest !== undefined) this.#entries.delete(oldest);
    const end = (answer: Answer<T>) => {
      entry.until = this.#now() + this.#lifetime(answer);
    };
    entry.answer.then(
      (value) => end({ value }),
      (error: unknown) => end({ error }),
    );
    return entry.answer;
  }

  clear(): void {
    this.#entries.clear();
  }
}
