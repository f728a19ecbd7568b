import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { RunState } from '../../run.ts';
import { nothingPacked, type PackedValues } from './packed-json.ts';
import { columnsOf, toJson } from './run-row.ts';
import { StatementCache } from './statement-cache.ts';
import type { StoreStep, StoredCheckpoint } from '../store.ts';

/** Lines of refused runs that are kept of one client: of at most 4 KB each, so 1 MB. */
export const mostRefused = 250;

/** Writes steps of runs, inside a transaction that the caller holds. */
export class StepWriter {
  readonly #statements: StatementCache;

  constructor(database: DatabaseSync) {
    this.#statements = new StatementCache(database);
  }

  /**
   * Throws when the step is wrong in itself. Says whether a token was removed. `packed`: its large
   * values as they are written.
   */
  write(step: StoreStep, packed = nothingPacked): boolean {
    const { runId, add, change, checkpoints, enqueue, dequeue } = step;
    if (add) this.#insert(runId, add);
    const before = this.#statements
      .prepare('SELECT number, state FROM runs WHERE id = ?')
      .get(runId);
    if (before === undefined) throw new Error(`There is no run ${runId} to take a step of.`);
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
    if (run.id !== runId) throw new Error(`The step of run ${runId} adds another one: ${run.id}.`);
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
    const sql = `INSERT INTO checkpoints (run, path, checkpoint_json, plan_json, result_json)
      VALUES (?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET
        checkpoint_json = coalesce(excluded.checkpoint_json, checkpoint_json),
        plan_json = coalesce(excluded.plan_json, plan_json),
        result_json = coalesce(excluded.result_json, result_json)`;
    const values = [kept.checkpoint, kept.plan, kept.result].map((value) => {
      return (value && packed.get(value)) ?? toJson(value);
    });
    this.#statements.prepare(sql).run(number, path, ...values);
  }

  /** A run that has ended needs no token, nor anything to be told or taken up again. */
  #release(number: number): void {
    this.#statements.prepare('DELETE FROM tokens WHERE run = ?').run(number);
    this.#statements.prepare('DELETE FROM items WHERE run = ?').run(number);
    this.#statements.prepare('DELETE FROM checkpoints WHERE run = ?').run(number);
  }

  /** Whoever is refused again and again keeps only the newest of it. */
  #forgetRefused(number: number): void {
    const client = "json_extract(order_json, '$.client')";
    const sql = `DELETE FROM runs WHERE number IN (SELECT number FROM runs
      WHERE outcome = 'refused' AND ${client} = (SELECT ${client} FROM runs WHERE number = ?)
      ORDER BY number DESC LIMIT -1 OFFSET ${mostRefused})`;
    this.#statements.prepare(sql).run(number);
  }
}
