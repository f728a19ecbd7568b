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

/** How long a previous handler may take to release the file, in milliseconds. */
const busyTimeout = 1_000;
/** Up to this size, in bytes, the whole file is checked at startup: two seconds on a slow volume. */
const mostChecked = 256 * 1_024 * 1_024;

/**
 * This connection holds a lock on the file itself until the process ends, however it ends. So two handlers
 * cannot use one file, a crash leaves nothing behind, no reader can keep the write-ahead log from being
 * truncated, and no second file (-shm) is mapped. The price: nobody else can read the file meanwhile. POSIX
 * releases such a lock when the process closes any descriptor of the file, so nothing else in the handler may
 * open it.
 */
const lock = 'PRAGMA locking_mode = EXCLUSIVE';

/** Takes effect only on an empty file, so it must precede anything that writes. */
const shrinking = 'PRAGMA auto_vacuum = INCREMENTAL';

/** `temp_store`: the container's root is read-only, so there may be no folder for temporary files. */
const settings = `
PRAGMA synchronous = FULL;
PRAGMA foreign_keys = ON;
PRAGMA secure_delete = ON;
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -16384;
`;

/**
 * Opens the file of a store for this process only, checked and with the newest schema. Creates it and its
 * folder if missing. On failure, throws a `StoreError` and leaves the file unchanged.
 */
export function openSqliteFile(path: string): DatabaseSync {
  make(path);
  let database: DatabaseSync | undefined;
  try {
    // The whole path, since `:memory:` has a special meaning for SQLite.
    database = new DatabaseSync(resolve(path), { timeout: busyTimeout });
    database.exec(lock);
    schemaVersion(database, path);
    check(database, path);
    database.exec(shrinking);
    database.exec('PRAGMA journal_mode = WAL');
    database.exec(settings);
    migrate(database, path);
    // After a crash, the log may contain a token that was erased since.
    truncateLog(database);
    return database;
  } catch (error) {
    if (database?.isOpen === true) database.close();
    throw sqliteFault(error, path)?.error ?? error;
  }
}

/** Writes everything in the write-ahead log to the file, and empties it. */
export function truncateLog(database: DatabaseSync): void {
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
}

/**
 * Readable only by our user: it contains what pipelines deploy, and their sealed tokens. If the file is not
 * writable, SQLite would only report a failed lock.
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
 * Checks the integrity of the file. Checking a large one would delay startup, so only the tables of open runs
 * are checked then, and the runs when they are read.
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
