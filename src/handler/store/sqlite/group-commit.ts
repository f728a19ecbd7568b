import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../../async/clock.ts';
import { sqliteFault } from './sqlite-fault.ts';
import { StoreError } from '../store.ts';

/** How many works share a commit at most: more would delay everything else for too long. */
const mostInGroup = 250;
/** Milliseconds between commits, during which more works can join the next flush and other code can run. */
const pause = 4;
/** Milliseconds between probes of whether the store works again. */
const probeEvery = 2_000;
/** Bytes of the probe: enough for a few steps, so that a nearly full disk does not pass. */
const probeSize = 65_536;

interface Work {
  /** Runs the work. Returns the function that notifies the caller. */
  readonly run: () => () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Writes to a database. Works that are requested in one turn share a transaction, since the flush at its end
 * is what takes time. Each work is stored as a whole or not at all.
 * States: idle; due, from the first `write` to the flush; failing, after a transient fault, until a commit
 * succeeds (it probes for that); broken, after a permanent fault: nothing is stored anymore; closed, after
 * `close`: pending works are stored, new ones rejected.
 */
export class GroupCommit {
  readonly #database: DatabaseSync;
  readonly #path: string;
  readonly #observe: (seconds: number) => void;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  readonly #queue: Work[] = [];
  #isDue = false;
  #committedAt = -Infinity;
  #isProbing = false;
  #passing: StoreError | undefined;
  #lasting: StoreError | undefined;

  /** `observe` is called with the duration of each commit. */
  constructor(
    database: DatabaseSync,
    path: string,
    clock: Clock,
    observe: (seconds: number) => void = () => undefined,
  ) {
    this.#observe = observe;
    this.#database = database;
    this.#path = path;
    this.#clock = clock;
  }

  /**
   * Why nothing can be stored; cleared by the next successful commit, if the fault is transient.
   */
  get fault(): StoreError | undefined {
    return this.#lasting ?? this.#passing;
  }

  /**
   * Resolves when the work is durable. Rejects with a `StoreError` if nothing can be stored, and with the
   * work's own error if only the work is at fault.
   */
  write<T>(work: () => T): Promise<T> {
    if (this.#closing.signal.aborted) {
      return Promise.reject(new StoreError(`The store ${this.#path} is closed.`));
    }
    return new Promise((resolve, reject) => {
      const run = () => {
        const value = work();
        return () => {
          resolve(value);
        };
      };
      this.#queue.push({ run, reject });
      this.#schedule();
    });
  }

  /** The result of a read of the database, which sees committed data. Rejects like `write`. */
  read<T>(look: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      try {
        resolve(look());
      } catch (error) {
        reject(this.explain(error));
      }
    });
  }

  /** Converts an error into what the port promises, and records it. */
  explain(error: unknown): Error {
    const fault = sqliteFault(error, this.#path);
    if (fault === undefined) return error instanceof Error ? error : new Error(String(error));
    if (!this.#closing.signal.aborted) {
      if (fault.isLasting) this.#lasting ??= fault.error;
      else this.#passing = fault.error;
      this.#probe();
    }
    return fault.error;
  }

  /** Stores what is pending, and accepts nothing more. */
  close(): void {
    this.#closing.abort();
    while (this.#queue.length > 0) this.#flush();
  }

  #schedule(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    const flush = () => {
      this.#isDue = false;
      this.#flush();
      if (this.#queue.length > 0) this.#schedule();
    };
    const rest = this.#committedAt + pause - performance.now();
    if (rest > 0) setTimeout(flush, rest);
    else setImmediate(flush);
  }

  #flush(): void {
    const group = this.#queue.splice(0, mostInGroup);
    if (group.length === 0) return;
    try {
      const told = this.#store(group);
      this.#passing = undefined;
      for (const tell of told) tell();
    } catch (error) {
      const reason = this.explain(error);
      // Waiting works fail too: a later step of a run must not be stored without the one before it.
      for (const { reject } of [...group, ...this.#queue.splice(0)]) reject(reason);
    }
  }

  #store(group: readonly Work[]): readonly (() => void)[] {
    if (this.#lasting !== undefined) throw this.#lasting;
    const began = performance.now();
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const told = group.map((work) => this.#attempt(work));
      this.#database.exec('COMMIT');
      this.#committedAt = performance.now();
      this.#observe((this.#committedAt - began) / 1_000);
      return told;
    } catch (error) {
      // After some faults, such as a full disk, SQLite has already rolled back.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  /** Runs one work of a group. If only it is at fault, the others are still stored. */
  #attempt({ run, reject }: Work): () => void {
    this.#database.exec('SAVEPOINT work');
    try {
      const tell = run();
      this.#database.exec('RELEASE work');
      return tell;
    } catch (error) {
      if (sqliteFault(error, this.#path) !== undefined) throw error;
      this.#database.exec('ROLLBACK TO work; RELEASE work');
      return () => {
        reject(error);
      };
    }
  }

  /** Probes until the store works again, since there may be no requests in the meantime. */
  #probe(): void {
    if (this.#isProbing) return;
    this.#isProbing = true;
    const { signal } = this.#closing;
    const probe = async () => {
      while (this.#passing !== undefined && this.#lasting === undefined) {
        await this.#clock.sleep(probeEvery, signal);
        if (signal.aborted) return;
        await this.#tryRoom().catch(() => undefined);
      }
      this.#isProbing = false;
    };
    void probe();
  }

  async #tryRoom(): Promise<void> {
    const fill = `INSERT OR REPLACE INTO probe VALUES (1, zeroblob(${probeSize}))`;
    await this.write(() => {
      this.#database.exec(fill);
    });
    await this.write(() => {
      this.#database.exec('DELETE FROM probe');
    });
  }
}
