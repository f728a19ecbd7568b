import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../../async/clock.ts';
import { truncateLog } from './sqlite-file.ts';
import { sqliteFault } from './sqlite-fault.ts';

/** Milliseconds that an erased token may still stand in the write-ahead log, sealed. */
const erasedWithin = 1_000;

/**
 * Empties the write-ahead log after a token was erased: `secure_delete` overwrites it in the file,
 * but the log still has the page as it was. Not at once, since that is as dear as several commits.
 * States: idle; due for a second, which all erasures in it share; closed.
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

  /** Closing the database empties the log too. */
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
      // Whether runs can be stored is for the commits to tell: they may still find room.
      if (sqliteFault(error, this.#path)?.isLasting !== true) this.soon();
    }
  }
}
