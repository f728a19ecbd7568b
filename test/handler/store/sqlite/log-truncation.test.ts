import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { LogTruncation } from '../../../../src/handler/store/sqlite/log-truncation.ts';
import { openSqliteFile } from '../../../../src/handler/store/sqlite/sqlite-file.ts';
import { ManualClock } from '../../../follow/manual-clock.ts';
import { storeFolder } from '../sample.ts';

describe('The truncation of the log', () => {
  let folder: ReturnType<typeof storeFolder>;
  let database: DatabaseSync;
  let clock: ManualClock;
  let truncation: LogTruncation;

  beforeEach(() => {
    folder = storeFolder();
    database = openSqliteFile(folder.path);
    clock = new ManualClock();
    truncation = new LogTruncation(database, folder.path, clock);
    write();
  });
  afterEach(() => {
    truncation.close();
    if (database.isOpen) database.close();
    folder.remove();
  });

  const write = () => {
    database.exec("INSERT INTO cancellations VALUES (random(), 'd', 1, 2)");
  };
  const logSize = () => statSync(`${folder.path}-wal`).size;

  it('empties the log within a second, once for all requests meanwhile', async () => {
    truncation.soon();
    truncation.soon();
    assert.equal(clock.sleeping, 1);
    await clock.pass(999);
    assert.ok(logSize() > 0);
    await clock.pass(1);
    assert.equal(logSize(), 0);
    assert.equal(clock.sleeping, 0);
    write();
    assert.ok(logSize() > 0);
    truncation.soon();
    await clock.pass(1_000);
    assert.equal(logSize(), 0);
  });

  it('tries again if the log cannot be emptied now', async () => {
    // Within a transaction, the log cannot be emptied: SQLite reports that it is locked.
    database.exec('BEGIN IMMEDIATE');
    truncation.soon();
    await clock.pass(3_000);
    assert.ok(logSize() > 0);
    database.exec('ROLLBACK');
    await clock.pass(1_000);
    assert.equal(logSize(), 0);
  });

  it('leaves a log unchanged once it is closed', async () => {
    truncation.soon();
    truncation.close();
    truncation.soon();
    database.close();
    await clock.pass(5_000);
    assert.equal(clock.sleeping, 0);
  });
});
