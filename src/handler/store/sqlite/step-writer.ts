import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { RunState } from '../../run.ts';
import { nothingPacked, type PackedValues } from './packed-json.ts';
import { columnsOf, toJson } from './run-row.ts';
import { StatementCache } from './statement-cache.ts';
import type { StoreStep, StoredCheckpoint } from '../store.ts';

/** Rows of refused runs that are kept per client: at most 4 KB each, so 1 MB. */
export const mostRefused = 250;

/** Writes steps of runs inside a transaction of the caller. */
export class StepWriter {
  readonly #statements: StatementCache;

  constructor(database: DatabaseSync) {
    this.#statements = new StatementCache(database);
  }

  /**
   * Throws if the step itself is invalid. Returns whether a token was removed. `packed`: its large values as
   * they are written.
   */
  write(step: StoreStep, packed = nothingPacked): boolean {
    const { runId, add, change, checkpoints, enqueue, dequeue } = step;
    if (add) this.#insert(runId, add);
    const before = this.#statements
      .prepare('SELECT number, state FROM runs WHERE id = ?')
      .get(runId);
    if (before === undefined)
      throw new Error(`There is no run ${runId} to which a step could be added.`);
    const number = Number(before['number']);
    if (change) this.#change(number, columnsOf(change));
    for (const checkpoint of checkpoints ?? []) this.#keep(number, checkpoint, packed);
    for (const { at, item } of enqueue ?? []) {
      const sql = 'INSERT INTO items (run, at, item_json) VALUES (?, ?, ?)';
      this.#statements.prepare(sql).run(number, at, packed.get(item) ?? toJson(item));
    }
    for (const seq of dequeue ?? []) {
      this.#statements.prepare('DELETE FROM items WHERE seq = ? AND run = ?').run(seq, number);
    }
    const state = change?.state ?? (before['state'] as RunState);
    if (state === 'ended') this.#release(number);
    if (change?.outcome === 'refused') this.#forgetRefused(number);
    return state === 'ended';
  }

  #insert(runId: string, { run, token }: NonNullable<StoreStep['add']>): void {
    if (run.id !== runId) throw new Error(`The step of run ${runId} adds another run: ${run.id}.`);
    const columns = columnsOf(run);
    const names = columns.map(([name]) => name).join(', ');
    const marks = columns.map(() => '?').join(', ');
    const values = columns.map(([, value]) => value);
    const { lastInsertRowid } = this.#statements
      .prepare(`INSERT INTO runs (${names}) VALUES (${marks})`)
      .run(...values);
    const { sealed, digest } = token;
    this.#statements
      .prepare('INSERT INTO tokens VALUES (?, ?, ?)')
      .run(lastInsertRowid, sealed, digest);
  }

  #change(number: number, columns: readonly (readonly [string, SQLInputValue])[]): void {
    if (columns.length === 0) return;
    const assignments = columns.map(([name]) => `${name} = ?`).join(', ');
    const values = columns.map(([, value]) => value);
    this.#statements
      .prepare(`UPDATE runs SET ${assignments} WHERE number = ?`)
      .run(...values, number);
  }

  #keep(number: number, { path, ...kept }: StoredCheckpoint, packed: PackedValues): void {
    const sql = `INSERT INTO checkpoints (run, path, checkpoint_json, plan_json, result_json, wait_json)
      VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET
        checkpoint_json = coalesce(excluded.checkpoint_json, checkpoint_json),
        plan_json = coalesce(excluded.plan_json, plan_json),
        result_json = coalesce(excluded.result_json, result_json),
        wait_json = coalesce(excluded.wait_json, wait_json)`;
    const values = [kept.checkpoint, kept.plan, kept.result, kept.wait].map((value) => {
      return (value && packed.get(value)) ?? toJson(value);
    });
    this.#statements.prepare(sql).run(number, path, ...values);
  }

  /** An ended run needs no token, and has nothing left to report or resume. */
  #release(number: number): void {
    this.#statements.prepare('DELETE FROM tokens WHERE run = ?').run(number);
    this.#statements.prepare('DELETE FROM items WHERE run = ?').run(number);
    this.#statements.prepare('DELETE FROM checkpoints WHERE run = ?').run(number);
  }

  /** Keeps only the newest refused runs of a client. */
  #forgetRefused(number: number): void {
    const client = "json_extract(order_json, '$.client')";
    const sql = `DELETE FROM runs WHERE number IN (SELECT number FROM runs
      WHERE outcome = 'refused' AND ${client} = (SELECT ${client} FROM runs WHERE number = ?)
      ORDER BY number DESC LIMIT -1 OFFSET ${mostRefused})`;
    this.#statements.prepare(sql).run(number);
  }
}
