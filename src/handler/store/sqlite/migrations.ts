import type { DatabaseSync } from 'node:sqlite';
import { digestOfText } from '../../../argocd/rest/canonical.ts';
import { eventKeyOf } from '../../../follow-ups/action-key.ts';
import type { ApplicationMemory } from '../event-store.ts';
import { StoreError } from '../store.ts';
import { fromJson } from './run-row.ts';

/**
 * What a run needs until its end refers to the run's row by number, and is deleted with it. `AUTOINCREMENT`
 * where a number must not be reused: the outbox dispatcher identifies items by it.
 */
const initial = `
CREATE TABLE runs (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  key TEXT NOT NULL,
  kind TEXT NOT NULL,
  order_json TEXT NOT NULL,
  marker TEXT NOT NULL,
  accepted_at INTEGER NOT NULL,
  deadline INTEGER NOT NULL,
  token_expires_at INTEGER NOT NULL,
  state TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  is_canceled INTEGER NOT NULL,
  names_json TEXT,
  report_json TEXT NOT NULL,
  outcome TEXT,
  message TEXT NOT NULL,
  ended_at INTEGER,
  results_json TEXT NOT NULL
) STRICT;
CREATE INDEX runs_by_key ON runs (key);
CREATE INDEX runs_open ON runs (accepted_at) WHERE state <> 'ended';
CREATE INDEX runs_ended ON runs (coalesce(ended_at, accepted_at)) WHERE state = 'ended';
CREATE INDEX runs_by_time ON runs (accepted_at, number, state, outcome, kind);
CREATE INDEX runs_by_state ON runs (state, kind);

CREATE TABLE tokens (
  run INTEGER PRIMARY KEY REFERENCES runs ON DELETE CASCADE,
  sealed TEXT NOT NULL,
  digest TEXT NOT NULL
) STRICT;

CREATE TABLE checkpoints (
  run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  path TEXT NOT NULL,
  checkpoint_json TEXT,
  result_json TEXT,
  UNIQUE (run, path)
) STRICT;

CREATE TABLE items (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  at INTEGER NOT NULL,
  item_json TEXT NOT NULL
) STRICT;
CREATE INDEX items_by_run ON items (run);

CREATE TABLE cancellations (
  key TEXT NOT NULL,
  digest TEXT NOT NULL,
  at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (key, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX cancellations_by_expiry ON cancellations (expires_at);

CREATE TABLE probe (id INTEGER PRIMARY KEY, room BLOB NOT NULL) STRICT;
`;

const withPlans = 'ALTER TABLE checkpoints ADD COLUMN plan_json TEXT';

/** Replaces keys by those with the canonical URL of the organization (`keyOf`). */
const oneKey = ['runs', 'cancellations']
  .map(
    (table) => `
UPDATE OR REPLACE ${table}
  SET key = 'https://dev.azure.com/' || substr(key, length('https://vsrm.dev.azure.com/') + 1)
  WHERE key LIKE 'https://vsrm.dev.azure.com/%';
UPDATE OR REPLACE ${table}
  SET key = 'https://dev.azure.com/' || substr(key, 9, instr(substr(key, 9), '.') - 1) || substr(key, instr(key, '|'))
  WHERE substr(key, 1, instr(key, '|') - 1) LIKE 'https://%.visualstudio.com'
    AND substr(key, 1, instr(key, '|') - 1) NOT LIKE 'https://%/%';
`,
  )
  .join('');

/** Refused runs by client: only a few are kept per client, for a short time. */
const refusedRuns = `CREATE INDEX runs_refused ON runs (json_extract(order_json, '$.client'), number, ended_at)
  WHERE outcome = 'refused'`;

/** The Argo CD instances that have answered. */
const contacts = `CREATE TABLE contacts (
  address TEXT PRIMARY KEY,
  at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX contacts_by_time ON contacts (at)`;

/** Replaces operations and sources, which were compared as full texts of any size, by digests. */
const withDigests = `UPDATE checkpoints SET checkpoint_json = condensed(checkpoint_json)
  WHERE checkpoint_json IS NOT NULL`;

const digest = /^[0-9a-f]{64}$/;

/** For `withDigests`: a checkpoint with digests instead of what older handlers stored in full. */
function condensed(json: string): string {
  return JSON.stringify(
    JSON.parse(json, (key, value: unknown) => {
      const isCompared = key === 'fingerprint' || key === 'sources';
      const isWhole = typeof value === 'string' && !digest.test(value);
      return isCompared && isWhole ? digestOfText(value) : value;
    }),
  );
}

/** Large values are packed from now on (`packed-json.ts`), which older handlers cannot read. */
const withPackedValues = 'SELECT 1';

/** What is known of applications for their events, and the resulting actions. */
const events = `
CREATE TABLE event_memories (
  uid TEXT PRIMARY KEY,
  memory_json TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE actions (
  number INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  uid TEXT NOT NULL,
  rule TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  state TEXT NOT NULL,
  due_at INTEGER NOT NULL,
  tries INTEGER NOT NULL,
  sent_at INTEGER,
  looks INTEGER NOT NULL,
  body_json TEXT NOT NULL,
  request_json TEXT,
  outcome_json TEXT,
  message TEXT NOT NULL
) STRICT;
CREATE INDEX actions_due ON actions (due_at, number) WHERE state IN ('waiting', 'sent');
CREATE INDEX actions_over ON actions (created_at) WHERE NOT state IN ('waiting', 'sent');
CREATE INDEX actions_by_time ON actions (created_at, number, state);
CREATE INDEX actions_of ON actions (uid, created_at);
`;

/** The application of an action's event, for lists. Bodies from older handlers may contain anything. */
export const applicationName = `CASE WHEN json_valid(body_json)
  THEN json_extract(body_json, '$.event.application.name') END`;

/** Actions by the digits that their runs carry, and the run that claimed the event. */
const claims = `
ALTER TABLE actions ADD COLUMN event_key TEXT NOT NULL DEFAULT '';
ALTER TABLE actions ADD COLUMN claim_json TEXT;
UPDATE actions SET event_key = event_key_of(key);
CREATE INDEX actions_by_event ON actions (event_key);
CREATE INDEX actions_by_application ON actions (${applicationName}, created_at, number);
`;

/** Since when rules and grants are followed, and actions by their outcome. */
const followedSince = `
CREATE TABLE cared (
  name TEXT PRIMARY KEY,
  since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX actions_by_outcome ON actions (json_extract(outcome_json, '$.id'))
  WHERE outcome_json IS NOT NULL;
`;

/** The plan of the run that has claimed an event. */
export const planOfClaim = `json_extract(claim_json, '$.planId')`;

/**
 * Actions by the plan of the run that has claimed their event. Earlier handlers stored it only as the end of
 * the claimant, which for a classic release is its page.
 */
const claimsByPlan = `
UPDATE actions
  SET claim_json = json_set(claim_json, '$.planId', substr(json_extract(claim_json, '$.claimant'), -36))
  WHERE claim_json IS NOT NULL AND substr(json_extract(claim_json, '$.claimant'), -37, 1) = '|';
CREATE INDEX actions_by_plan ON actions (${planOfClaim}) WHERE claim_json IS NOT NULL;
`;

/** What a run still waits for after an application has ended. */
const withWaits = 'ALTER TABLE checkpoints ADD COLUMN wait_json TEXT';

/**
 * Memories by instance. One that does not say who saw its application last belongs to none; the first
 * instance that sees the application takes it over.
 */
const memoriesByInstance = `
ALTER TABLE event_memories RENAME TO memories_before;
CREATE TABLE event_memories (
  uid TEXT NOT NULL,
  argocd TEXT NOT NULL,
  memory_json TEXT NOT NULL,
  PRIMARY KEY (uid, argocd)
) STRICT, WITHOUT ROWID;
INSERT INTO event_memories
  SELECT uid, instance_of_memory(memory_json), memory_json FROM memories_before;
DROP TABLE memories_before;
`;

/** For `memoriesByInstance`: the instance that has written a memory. */
function instanceOfMemory(json: string): string {
  const memory = fromJson(json) as Pick<ApplicationMemory, 'about'> | undefined;
  return memory?.about?.argocd ?? '';
}

/** Each migrates the schema by one version. A released migration never changes. */
export const migrations: readonly string[] = [
  initial,
  withPlans,
  oneKey,
  refusedRuns,
  contacts,
  withDigests,
  withPackedValues,
  events,
  claims,
  followedSince,
  claimsByPlan,
  withWaits,
  memoriesByInstance,
];

/** Identifies our files, for `file` and for us: "ACDH" (sqlite.org/pragma.html#pragma_application_id). */
const applicationId = 0x41434448;

/**
 * Migrates a database to the newest schema, each version in its own transaction. Throws a `StoreError`, and
 * changes nothing, if the file is not ours or was written by a newer handler.
 */
export function migrate(database: DatabaseSync, path: string, steps = migrations): void {
  const version = schemaVersion(database, path, steps.length);
  database.function('condensed', { deterministic: true }, (json) => condensed(String(json)));
  database.function('event_key_of', { deterministic: true }, (key) => eventKeyOf(String(key)));
  database.function('instance_of_memory', (json) => instanceOfMemory(String(json)));
  steps.slice(version).forEach((step, index) => {
    database.exec('BEGIN IMMEDIATE');
    try {
      database.exec(step);
      database.exec(`PRAGMA application_id = ${applicationId}`);
      database.exec(`PRAGMA user_version = ${version + index + 1}`);
      database.exec('COMMIT');
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  });
}

/** The schema version of a file; 0 for an empty one. Throws like `migrate`; writes nothing. */
export function schemaVersion(
  database: DatabaseSync,
  path: string,
  newest = migrations.length,
): number {
  const version = numberOf(database, 'PRAGMA user_version');
  const isEmpty = numberOf(database, 'SELECT count(*) FROM sqlite_schema') === 0;
  const isOurs = numberOf(database, 'PRAGMA application_id') === applicationId;
  if (!isEmpty && !isOurs) {
    throw new StoreError(
      `The store ${path}: the file is a database of another program, and was not changed. ` +
        'Give the handler its own file.',
    );
  }
  if (version > newest) {
    throw new StoreError(
      `The store ${path}: a newer handler wrote it (schema ${version}; this one knows ${newest}). ` +
        'Start that version again, or restore the backup from before the upgrade.',
    );
  }
  return version;
}

/** The single number that a statement returns. */
export function numberOf(database: DatabaseSync, sql: string): number {
  return Number(Object.values(database.prepare(sql).get() ?? {})[0] ?? 0);
}
