/** What came of asking. */
export type Answer<T> = { readonly value: T } | { readonly error: unknown };

interface Entry<T> {
  readonly answer: Promise<T>;
  /** Undefined while it is asked for. */
  until: number | undefined;
}

const most = 1_000;

/** Answers by what was asked, for as long as each may be taken to hold; asked for once at a time. */
export class RecentAnswers<T> {
  readonly #now: () => number;
  readonly #lifetime: (answer: Answer<T>) => number;
  readonly #entries = new Map<string, Entry<T>>();

  /** `lifetime`: milliseconds. */
  constructor(now: () => number, lifetime: (answer: Answer<T>) => number) {
    this.#now = now;
    this.#lifetime = lifetime;
  }

  /** The answer that is known, or being asked for, or else is asked for by `ask`. */
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
