import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { numberOf } from '../../../../src/handler/store/sqlite/migrations.ts';
import { openSqliteFile } from '../../../../src/handler/store/sqlite/sqlite-file.ts';
import { StoreError } from '../../../../src/handler/store/store.ts';
import { storeFolder } from '../sample.ts';

const source = new URL('../../../../src/handler/store/sqlite/sqlite-file.ts', import.meta.url).href;

describe('The file of the store', () => {
  let folder: ReturnType<typeof storeFolder>;
  let path: string;
  beforeEach(() => {
    folder = storeFolder();
    path = folder.path;
  });
  afterEach(() => {
    folder.remove();
  });

  const make = (fill?: (database: DatabaseSync) => void) => {
    const database = openSqliteFile(path);
    fill?.(database);
    database.close();
  };
  const refused = (message: RegExp) => {
    assert.throws(
      () => openSqliteFile(path),
      (error) => {
        assert.ok(error instanceof StoreError, String(error));
        assert.match(error.message, message);
        assert.ok(error.message.includes(path));
        return true;
      },
    );
  };
  const refusedUntouched = (message: RegExp) => {
    const bytes = readFileSync(path);
    refused(message);
    assert.ok(readFileSync(path).equals(bytes), 'the file was changed');
  };

  it('is created with its folder, only for our user', () => {
    path = join(dirname(path), 'a', 'b', 'handler.db');
    make();
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(statSync(dirname(path)).mode & 0o777, 0o700);
  });

  it('flushes every commit, erases deleted data, and returns space', () => {
    const database = openSqliteFile(path);
    const settings = [
      ['journal_mode', 'wal'],
      ['synchronous', 2],
      ['secure_delete', 1],
      ['foreign_keys', 1],
      ['auto_vacuum', 2],
      ['locking_mode', 'exclusive'],
      ['temp_store', 2],
    ] as const;
    for (const [name, value] of settings) {
      assert.deepEqual({ ...database.prepare(`PRAGMA ${name}`).get() }, { [name]: value });
    }
    database.close();
  });

  it('is a file even under a name that means memory to SQLite', () => {
    const before = process.cwd();
    process.chdir(dirname(path));
    try {
      openSqliteFile(':memory:').close();
      assert.ok(statSync(':memory:').size > 0);
    } finally {
      process.chdir(before);
    }
  });

  it('is used by one process at a time, until that ends in any way', async () => {
    const program = `
      import { openSqliteFile } from ${JSON.stringify(source)};
      const database = openSqliteFile(${JSON.stringify(path)});
      process.stdout.write('open');
      setInterval(() => database.isOpen, 1_000);`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program]);
    const end = once(child, 'exit');
    await Promise.race([once(child.stdout, 'data'), end]);
    refused(/another process uses this file.*Stop the other one/);
    child.kill('SIGKILL');
    await end;
    make();
  });

  it('is refused, and left unchanged, if it is something else', () => {
    writeFileSync(path, 'These are my notes.\n'.repeat(500));
    refusedUntouched(/not a SQLite database/);
  });

  it("is refused, and left unchanged, if it is another program's database", () => {
    const other = new DatabaseSync(path);
    other.exec('CREATE TABLE bookmarks (url TEXT)');
    other.close();
    refusedUntouched(/another program/);
  });

  it('is refused, and left unchanged, if a newer handler wrote it', () => {
    make((database) => {
      database.exec('PRAGMA user_version = 99');
    });
    refusedUntouched(/newer handler/);
  });

  it('is refused, and left unchanged, if it is corrupt', () => {
    make(fillTokens);
    spoil(path, 'tokens');
    refusedUntouched(/is corrupted .*restore a backup, or move the file away/);
  });

  it('is refused, and left unchanged, if it is truncated', () => {
    make(fillTokens);
    truncateSync(path, Math.floor(statSync(path).size / 8_192) * 4_096);
    refusedUntouched(/is corrupted/);
  });

  it('is checked partially if it is large: what open runs need', () => {
    const large = 300 * 1_024 * 1_024;
    make(fillTokens);
    const { size } = statSync(path);
    spoil(path, 'runs');
    refused(/is corrupted/);
    truncateSync(path, large);
    make();
    truncateSync(path, size);
    spoil(path, 'tokens');
    truncateSync(path, large);
    refused(/is corrupted/);
  });

  it('cannot be a folder, or be below a file', () => {
    mkdirSync(path);
    refused(/cannot be opened/);
    writeFileSync(`${path}.txt`, '');
    path = join(`${path}.txt`, 'handler.db');
    refused(/cannot be created or written to \(.*\)\. Mount a volume there/);
  });

  for (const [name, inFile, inFolder] of [
    ['the file', 0o444, 0o777],
    ['its folder', 0o666, 0o555],
  ] as const) {
    it(`reports that the handler's user may not write to ${name}`, () => {
      make();
      chmodSync(path, inFile);
      chmodSync(dirname(path), inFolder);
      // Root may write everywhere: there, the program continues as another user.
      const program = `
        import { openSqliteFile } from ${JSON.stringify(source)};
        if (process.getuid() === 0) process.setuid(65534);
        try {
          openSqliteFile(${JSON.stringify(path)});
        } catch (error) {
          process.stdout.write(String(error));
        }`;
      const args = ['--input-type=module', '--eval', program];
      const output = execFileSync(process.execPath, args, { encoding: 'utf8' });
      chmodSync(dirname(path), 0o700);
      assert.match(
        output,
        /^StoreError: The store .* cannot be created or written to \(EACCES.*Mount a volume/,
      );
    });
  }

  it('can be used if a process ended during its creation', () => {
    writeFileSync(path, '');
    make();
    const half = `${path}.half`;
    const database = new DatabaseSync(half);
    database.exec('PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL');
    database.close();
    assert.ok(statSync(half).size > 0);
    path = half;
    make();
  });
});

function fillTokens(database: DatabaseSync): void {
  const run = database.prepare(`INSERT INTO runs (id, key, kind, order_json, marker, accepted_at,
    deadline, token_expires_at, state, attempt, is_canceled, report_json, message, results_json)
    VALUES (?, 'k', 'sync', '{}', 'm', 1, 2, 3, 'following', 1, 0, '{}', '', '[]')`);
  const token = database.prepare('INSERT INTO tokens VALUES (?, ?, ?)');
  for (let number = 1; number <= 40; number += 1) {
    run.run(`run-${number}`);
    token.run(number, 'x'.repeat(1_000), 'digest');
  }
}

/** Overwrites the inner page at the root of a table with invalid content. */
function spoil(path: string, table: string): void {
  const database = new DatabaseSync(path, { readOnly: true });
  const sql = `SELECT rootpage FROM sqlite_schema WHERE name = '${table}'`;
  const page = numberOf(database, sql);
  database.close();
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(4_096, 0xa5), 0, 4_096, (page - 1) * 4_096);
  closeSync(file);
}
