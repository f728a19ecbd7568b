interface Entry {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/**
 * Time as the simulator's objects see it. It runs faster than real time by a scale, and due timers run in the
 * order of simulated time, however late the real timers are. So the order of events is the same on slow and
 * fast machines.
 */
export class SimulatedClock {
  readonly #scale: number;
  readonly #epoch: number;
  readonly #started = performance.now();
  #entries: Entry[] = [];
  #order = 0;
  #now: number;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  /**
   * @param scale - Real milliseconds per simulated millisecond: 0.02 makes two seconds take 40 ms.
   *   `Infinity` stops real time: only `advance` moves the clock.
   * @param start - Where simulated time starts, in milliseconds since the epoch.
   */
  constructor(scale: number, start: number) {
    this.#scale = scale;
    this.#epoch = start;
    this.#now = start;
  }

  /** Simulated milliseconds since the epoch. */
  get now(): number {
    return this.#now;
  }

  /** Catches up with real time; called when something arrives from outside. */
  arrive(): number {
    this.#runUntil(this.#realNow());
    return this.#now;
  }

  /** Advances a stopped clock by so many simulated milliseconds. */
  advance(milliseconds: number): void {
    this.#runUntil(this.#now + milliseconds);
  }

  /** Advances a stopped clock to the next due timer and runs it; does nothing if there is none. */
  advanceToNext(): void {
    const [next] = this.#entries;
    if (next !== undefined) this.#runUntil(next.at);
  }

  /** Runs `run` after so many simulated milliseconds. Returns a function that cancels it. */
  after(milliseconds: number, run: () => void): () => void {
    const entry = { at: this.#now + Math.max(0, milliseconds), order: this.#order++, run };
    const place = this.#entries.findIndex((other) => other.at > entry.at);
    this.#entries.splice(place < 0 ? this.#entries.length : place, 0, entry);
    if (this.#entries[0] === entry) this.#arm();
    return () => {
      this.#entries = this.#entries.filter((other) => other !== entry);
    };
  }

  /** Resolves after so many simulated milliseconds. */
  sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.after(milliseconds, resolve));
  }

  get isStopped(): boolean {
    return this.#stopped;
  }

  stop(): void {
    this.#stopped = true;
    this.#entries = [];
    clearTimeout(this.#timer);
  }

  #realNow(): number {
    return this.#scale === Infinity
      ? this.#now
      : this.#epoch + (performance.now() - this.#started) / this.#scale;
  }

  #runUntil(until: number): void {
    for (let next = this.#entries[0]; next && next.at <= until; next = this.#entries[0]) {
      this.#entries.shift();
      this.#now = Math.max(this.#now, next.at);
      next.run();
    }
    this.#now = Math.max(this.#now, until);
    this.#arm();
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const next = this.#entries[0];
    if (!next || this.#stopped || this.#scale === Infinity) return;
    const wait = Math.ceil((next.at - this.#realNow()) * this.#scale);
    this.#timer = setTimeout(() => this.arrive(), Math.max(0, wait));
  }
}

/** A time in Kubernetes' format: RFC 3339, UTC, whole seconds. */
export function timestamp(milliseconds: number): string {
  return new Date(Math.floor(milliseconds / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}
