import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { sqliteFault } from '../../../../src/handler/store/sqlite/sqlite-fault.ts';
import { StoreError } from '../../../../src/handler/store/store.ts';
import { storeFolder } from '../sample.ts';

function thrown(act: () => void): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describe('A fault of SQLite', () => {
  let folder: ReturnType<typeof storeFolder>;
  let database: DatabaseSync;

  beforeEach(() => {
    folder = storeFolder();
    database = new DatabaseSync(folder.path);
    database.exec('CREATE TABLE runs (id TEXT UNIQUE)');
  });
  afterEach(() => {
    database.close();
    folder.remove();
  });

  /** Each makes SQLite itself fail. */
  const cases: readonly (readonly [string, () => void, RegExp, boolean])[] = [
    [
      'a full disk',
      () => {
        database.exec('PRAGMA max_page_count = 4; INSERT INTO runs VALUES (zeroblob(100000))');
      },
      /the disk is full \(.*code 13\)\. Free some space/,
      false,
    ],
    [
      'a read-only file',
      () => {
        new DatabaseSync(folder.path, { readOnly: true }).exec('DELETE FROM runs');
      },
      /cannot be written to .*code 8.*user write/,
      false,
    ],
    [
      'a locked file',
      () => {
        database.exec('BEGIN EXCLUSIVE');
        new DatabaseSync(folder.path).exec('DELETE FROM runs');
      },
      /another process uses this file.*code 5.*Stop the other one/,
      false,
    ],
    [
      'a folder instead of the file',
      () => {
        mkdirSync(`${folder.path}.d`);
        new DatabaseSync(`${folder.path}.d`);
      },
      /cannot be opened .*code 14.*must be a file/,
      false,
    ],
    [
      'another kind of file',
      () => {
        writeFileSync(`${folder.path}.txt`, 'no database at all'.repeat(100));
        new DatabaseSync(`${folder.path}.txt`).exec('SELECT 1 FROM sqlite_schema');
      },
      /not a SQLite database .*code 26.*restore a backup/,
      true,
    ],
    [
      'a closed database',
      () => {
        const closed = new DatabaseSync(folder.path);
        closed.close();
        closed.exec('DELETE FROM runs');
      },
      /is closed/,
      true,
    ],
  ];
  for (const [name, fail, message, isLasting] of cases) {
    it(`reports ${name}, with the file and what to do`, () => {
      const error = thrown(fail);
      const fault = sqliteFault(error, 'data/handler.db');
      assert.ok(fault?.error instanceof StoreError);
      assert.match(fault.error.message, /^The store data\/handler\.db/);
      assert.match(fault.error.message, message);
      assert.equal(fault.isLasting, isLasting);
    });
  }

  it('is classified by the lowest byte of the code', () => {
    const error = Object.assign(new Error('disk I/O error'), { errcode: 10 | (12 << 8) });
    const fault = sqliteFault(error, 'x.db')?.error;
    assert.match(fault?.message ?? '', /failed to read or write it \(disk I\/O error, code 3082\)/);
    assert.equal(fault?.cause, error);
  });

  it('excludes other faults than those of the file', () => {
    const insert = () => {
      database.exec("INSERT INTO runs VALUES ('a'), ('a')");
    };
    for (const error of [thrown(insert), new Error('a bug'), 'text', undefined]) {
      assert.equal(sqliteFault(error, 'x.db'), undefined);
    }
  });
});
