import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { headColumns, runColumns } from './run-row.ts';

const select = `SELECT ${runColumns} FROM runs`;
const selectHead = `SELECT ${headColumns} FROM runs`;

const texts = {
  openRuns: `${selectHead} WHERE state <> 'ended' AND (?1 IS NULL OR (accepted_at, number) >
      (SELECT accepted_at, number FROM runs WHERE id = ?1))
    ORDER BY accepted_at, number LIMIT ?2`,
  run: `${select} WHERE id = ?`,
  openRun: `${selectHead} WHERE id = ? AND state <> 'ended'`,
  runsOf: `${selectHead} WHERE key = ? ORDER BY number`,
  runs: `${selectHead}
    WHERE (?1 IS NULL OR state = ?1) AND (?2 IS NULL OR outcome = ?2)
      AND (?3 IS NULL OR kind = ?3) AND accepted_at < coalesce(?4, 9e15)
    ORDER BY accepted_at DESC, number DESC LIMIT ?5`,
  openRunWith: `${selectHead} JOIN tokens ON tokens.run = runs.number
    WHERE key = ? AND digest = ? AND state <> 'ended' ORDER BY number DESC LIMIT 1`,
  token: `SELECT sealed, digest FROM tokens WHERE run = (SELECT number FROM runs WHERE id = ?)`,
  checkpoints: `SELECT path, checkpoint_json, plan_json, result_json, wait_json FROM checkpoints
    WHERE run = (SELECT number FROM runs WHERE id = ?) ORDER BY checkpoints.rowid`,
  items: `SELECT seq, at, item_json FROM items
    WHERE run = (SELECT number FROM runs WHERE id = ?) AND seq > ? ORDER BY seq LIMIT ?`,
  cancellations: `SELECT digest, at, expires_at FROM cancellations WHERE key = ? ORDER BY digest`,
  counts: `SELECT kind, state, count(*) AS count FROM runs GROUP BY state, kind`,
  oldestRun: `SELECT accepted_at FROM runs WHERE state <> 'ended' ORDER BY accepted_at LIMIT 1`,
  oldestItem: `SELECT at FROM items ORDER BY seq LIMIT 1`,
  addCancellation: `INSERT INTO cancellations VALUES (?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET expires_at = max(expires_at, excluded.expires_at)`,
  contacts: `SELECT address FROM contacts`,
  addContact: `INSERT OR REPLACE INTO contacts VALUES (?, ?)`,
  sweepContacts: `DELETE FROM contacts WHERE address IN
    (SELECT address FROM contacts ORDER BY at DESC LIMIT -1 OFFSET ?)`,
  sweepRuns: `DELETE FROM runs WHERE number IN (SELECT number FROM runs INDEXED BY runs_ended
    WHERE state = 'ended' AND coalesce(ended_at, accepted_at) < ?
    ORDER BY coalesce(ended_at, accepted_at) LIMIT ?)`,
  sweepRefused: `DELETE FROM runs WHERE number IN (SELECT number FROM runs INDEXED BY runs_refused
    WHERE outcome = 'refused' AND ended_at < ? LIMIT ?)`,
  removeCancellation: `DELETE FROM cancellations WHERE key = ? AND digest = ?`,
  sweepCancellations: `DELETE FROM cancellations WHERE (key, digest) IN
    (SELECT key, digest FROM cancellations WHERE expires_at < ? LIMIT ?)`,
};

/** The prepared statements, by purpose. */
export type Statements = Readonly<Record<keyof typeof texts, StatementSync>>;

/** Prepares the statements of the store; steps prepare their own. */
export function prepareStatements(database: DatabaseSync): Statements {
  return prepareAll(database, texts);
}

/** Prepares statements, each under the name of its text. */
export function prepareAll<Name extends string>(
  database: DatabaseSync,
  named: Readonly<Record<Name, string>>,
): Readonly<Record<Name, StatementSync>> {
  const prepared = Object.entries<string>(named).map(([name, sql]) => [
    name,
    database.prepare(sql),
  ]);
  return Object.fromEntries(prepared) as Record<Name, StatementSync>;
}
