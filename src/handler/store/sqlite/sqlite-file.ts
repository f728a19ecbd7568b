import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  statSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { errorMessage } from '../../../async/error-message.ts';
import { migrate, schemaVersion } from './migrations.ts';
import { damage, sqliteFault } from './sqlite-fault.ts';
import { StoreError } from '../store.ts';

/** Milliseconds that a handler before us may take to let go of the file. */
const busyTimeout = 1_000;
/** Bytes up to which the whole file is checked at start: two seconds, where the volume is slow. */
const mostChecked = 256 * 1_024 * 1_024;

/**
 * The lock is that of the file itself, held by this connection until the process ends, however it
 * ends: two handlers cannot use one file, and nothing is left behind by a crash. No reader can keep
 * the write-ahead log from being truncated, and no second file (-shm) is mapped. The price: nobody
 * else can look into the file meanwhile. POSIX gives up such a lock when the process closes any
 * descriptor of the file: nothing else in the handler may open it.
 */
const lock = 'PRAGMA locking_mode = EXCLUSIVE';

/** Only an empty file takes this one: it must come before anything that writes. */
const shrinking = 'PRAGMA auto_vacuum = INCREMENTAL';

/** `temp_store`: the root of the container is read-only, so that there may be no folder for it. */
const settings = `
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = ON;
PRAGMA secure_delete = ON;
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -16384;
`;

/**
 * Opens the file of a store, for this process alone, checked and with the newest schema. Makes it,
 * and its folder, where it is missing. Throws a `StoreError`, and leaves the file as it is.
 */
export function openSqliteFile(path: string): DatabaseSync {
  make(path);
  let database: DatabaseSync | undefined;
  try {
    // The whole path: `:memory:` means something else to SQLite.
    database = new DatabaseSync(resolve(path), { timeout: busyTimeout });
    database.exec(lock);
    schemaVersion(database, path);
    check(database, path);
    database.exec(shrinking);
    database.exec('PRAGMA journal_mode = WAL');
    database.exec(settings);
    migrate(database, path);
    // What a crash left in the log may be a token that was erased since.
    truncateLog(database);
    return database;
  } catch (error) {
    if (database?.isOpen === true) database.close();
    throw sqliteFault(error, path)?.error ?? error;
  }
}

/** Brings all that is in the write-ahead log into the file, and empties it. */
export function truncateLog(database: DatabaseSync): void {
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
}

/**
 * For our user only: it holds what pipelines deploy, and their tokens, sealed. Where it cannot be
 * written to, SQLite would only speak of a lock that failed.
 */
function make(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    if (!existsSync(path)) closeSync(openSync(path, 'wx', 0o600));
    for (const each of [dirname(path), path]) accessSync(each, constants.R_OK | constants.W_OK);
  } catch (cause) {
    const reason = errorMessage(cause);
    throw new StoreError(
      `The store ${path} cannot be created or written to (${reason}). ` +
        "Mount a volume there that the handler's user may write to, or set another path.",
      { cause },
    );
  }
}

/**
 * Looks whether the file is whole. A large one would keep the handler from starting for long: there,
 * what runs are still needed for is checked, and the runs when they are read.
 */
function check(database: DatabaseSync, path: string): void {
  const checks =
    statSync(path).size <= mostChecked
      ? ['PRAGMA quick_check(1)']
      : smallTables(database).map((table) => `PRAGMA quick_check(${table})`);
  for (const sql of checks) {
    const finding = Object.values(database.prepare(sql).get() ?? {})[0];
    if (finding !== 'ok') throw damage(path, String(finding));
  }
}

function smallTables(database: DatabaseSync): readonly string[] {
  const sql = `SELECT name FROM sqlite_schema
    WHERE type = 'table' AND name <> 'runs' AND name NOT LIKE 'sqlite%'`;
  return database
    .prepare(sql)
    .all()
    .map(({ name }) => String(name));
}
