import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../../async/clock.ts';
import { sqliteFault } from './sqlite-fault.ts';
import { StoreError } from '../store.ts';

/** Limit on the works that share a commit: more would delay everything else for too long. */
const mostInGroup = 250;
/**
 * Milliseconds between two commits, of the disk's time and not the clock's: what comes in meanwhile
 * shares the next flush, and everything else has its turn.
 */
const pause = 4;
/** Milliseconds between checks whether it can store again. */
const probeEvery = 2_000;
/** Bytes of the probe: room for a few steps, so that it does not call a disk free that is not. */
const probeSize = 65_536;

interface Work {
  /** Runs it, and returns the function that notifies the caller. */
  readonly run: () => () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Writes to a database: what is asked for in one turn shares a transaction, since it is the disk's
 * flush at its end that takes the time. Each work is stored as a whole or not at all.
 *
 * States: idle; due, from the first `write` to the flush; failing, after a fault that may pass, until
 * a commit succeeds (it probes for that); broken, after a fault that lasts: nothing is stored any
 * more; closed, after `close`: what waits is stored, what comes is rejected.
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

  /** `observe` is told how long each commit took. */
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
   * Resolves when the work is stored durably. Rejects with a `StoreError` when nothing can be
   * stored, and with the work's own error when it alone is at fault.
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

  /** The result of a read of the database; it sees what was committed. Rejects as `write` does. */
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
      // Those that wait too: a later step of a run must not be stored without the one before it.
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
      // After some faults, such as a full disk, SQLite has rolled back by itself.
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  /** One work of a group: if it alone is at fault, the others are stored all the same. */
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

  /** Probes until it can store again, since there may be no requests in the meantime. */
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
