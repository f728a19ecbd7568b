import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../../async/clock.ts';
import { truncateLog } from './sqlite-file.ts';
import { sqliteFault } from './sqlite-fault.ts';

/** How long an erased token may remain in the write-ahead log (sealed), in milliseconds. */
const erasedWithin = 1_000;

/**
 * Empties the write-ahead log after a token was erased: `secure_delete` overwrites it in the file, but the
 * log still contains the old page. Delayed, since it costs as much as several commits. States: idle; due
 * within a second, shared by all erasures in that time; closed.
 */
export class LogTruncation {
  readonly #database: DatabaseSync;
  readonly #path: string;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  #isDue = false;

  constructor(database: DatabaseSync, path: string, clock: Clock) {
    this.#database = database;
    this.#path = path;
    this.#clock = clock;
  }

  soon(): void {
    if (this.#isDue || this.#closing.signal.aborted) return;
    this.#isDue = true;
    void this.#wait();
  }

  /** Closing the database also empties the log. */
  close(): void {
    this.#closing.abort();
  }

  async #wait(): Promise<void> {
    await this.#clock.sleep(erasedWithin, this.#closing.signal);
    this.#isDue = false;
    if (this.#closing.signal.aborted) return;
    try {
      truncateLog(this.#database);
    } catch (error) {
      // Whether the store works is decided by commits, which may still find room.
      if (sqliteFault(error, this.#path)?.isLasting !== true) this.soon();
    }
  }
}
