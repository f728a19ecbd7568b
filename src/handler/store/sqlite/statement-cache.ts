import type { DatabaseSync, StatementSync } from 'node:sqlite';

/**
 * Prepares each statement once, by its text. A change names the columns that it changes, and only a few
 * combinations occur.
 */
export class StatementCache {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}
