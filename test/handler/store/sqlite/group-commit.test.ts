import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { constants, type DatabaseSync } from 'node:sqlite';
import { GroupCommit } from '../../../../src/handler/store/sqlite/group-commit.ts';
import { openSqliteFile } from '../../../../src/handler/store/sqlite/sqlite-file.ts';
import { StoreError } from '../../../../src/handler/store/store.ts';
import { ManualClock } from '../../../follow/manual-clock.ts';
import { storeFolder } from '../sample.ts';

describe('A group commit', () => {
  let folder: ReturnType<typeof storeFolder>;
  let database: DatabaseSync;
  let clock: ManualClock;
  let commits: GroupCommit;
  /** The transaction commands that SQLite received: `BEGIN`, `COMMIT`, `ROLLBACK`. */
  let told: (string | null)[];

  beforeEach(() => {
    folder = storeFolder();
    database = openSqliteFile(folder.path);
    database.exec('CREATE TABLE notes (text TEXT UNIQUE)');
    told = [];
    database.setAuthorizer((action, what) => {
      if (action === constants.SQLITE_TRANSACTION) told.push(what);
      return constants.SQLITE_OK;
    });
    clock = new ManualClock();
    commits = new GroupCommit(database, folder.path, clock);
  });
  afterEach(() => {
    commits.close();
    if (database.isOpen) database.close();
    folder.remove();
  });

  const note = (text: string, size = 0) =>
    commits.write(() => {
      const insert = database.prepare('INSERT INTO notes VALUES (?)');
      insert.run(text);
      if (size > 0) insert.run(text.padEnd(size, '.'));
      return text;
    });
  const notes = () => {
    const rows = database.prepare('SELECT text FROM notes ORDER BY rowid').all();
    return rows.map(({ text }) => text);
  };
  const room = (pages: number) => {
    const { page_count: count } = database.prepare('PRAGMA page_count').get() ?? {};
    database.exec(`PRAGMA max_page_count = ${Number(count) + pages}`);
  };

  it('shares one transaction among everything in one turn, and resolves after it', async () => {
    const answers: string[] = [];
    const all = ['a', 'b', 'c'].map((text) => note(text).then((answer) => answers.push(answer)));
    assert.deepEqual(notes(), []);
    await Promise.all(all);
    assert.deepEqual(told, ['BEGIN', 'COMMIT']);
    assert.deepEqual(answers, ['a', 'b', 'c']);
    await note('d');
    assert.deepEqual(told, ['BEGIN', 'COMMIT', 'BEGIN', 'COMMIT']);
    assert.deepEqual(notes(), ['a', 'b', 'c', 'd']);
  });

  it('yields between groups of 250', async () => {
    let turns = 0;
    const count = () => {
      turns += 1;
      if (notes().length < 600) setImmediate(count);
    };
    setImmediate(count);
    await Promise.all(Array.from({ length: 600 }, (_, index) => note(String(index))));
    assert.equal(told.filter((what) => what === 'COMMIT').length, 3);
    assert.ok(turns >= 3, `${turns} turns`);
  });

  it('rolls back invalid work, and stores the rest', async () => {
    await note('b');
    const half = commits.write(() => {
      database.exec("INSERT INTO notes VALUES ('half')");
      throw new RangeError('wrong');
    });
    const answers = await Promise.allSettled([note('a'), half, note('b'), note('c')]);
    assert.deepEqual(
      answers.map(({ status }) => status),
      ['fulfilled', 'rejected', 'rejected', 'fulfilled'],
    );
    await assert.rejects(half, RangeError);
    assert.deepEqual(notes(), ['b', 'a', 'c']);
    assert.equal(commits.fault, undefined);
  });

  it('stores nothing of a group that finds the disk full, or of what waits behind it', async () => {
    room(2);
    const works = [note('small'), note('big', 100_000)];
    for (let index = 0; index < 300; index += 1) works.push(note(`later ${index}`));
    const answers = await Promise.allSettled(works);
    for (const answer of answers) {
      assert.ok(answer.status === 'rejected' && answer.reason instanceof StoreError);
      assert.match(answer.reason.message, /the disk is full/);
    }
    assert.deepEqual(notes(), []);
    assert.equal(database.isTransaction, false);
    assert.match(commits.fault?.message ?? '', /the disk is full/);
    await note('small again');
    assert.equal(commits.fault, undefined);
  });

  it('rolls back a group whose fault SQLite itself does not roll back', async () => {
    const failing = commits.write(() => {
      database.exec("INSERT INTO notes VALUES ('half')");
      throw Object.assign(new Error('disk I/O error'), { errcode: 10 });
    });
    const answers = await Promise.allSettled([note('a'), failing]);
    assert.ok(answers.every(({ status }) => status === 'rejected'));
    assert.equal(database.isTransaction, false);
    assert.deepEqual(notes(), []);
    await note('b');
    assert.deepEqual(notes(), ['b']);
  });

  it('detects by itself that there is space again', async () => {
    room(2);
    await assert.rejects(note('big', 100_000), StoreError);
    await clock.pass(60_000);
    assert.match(commits.fault?.message ?? '', /the disk is full/);
    room(100);
    await clock.pass(1_999);
    assert.notEqual(commits.fault, undefined);
    await clock.pass(1);
    const probes = () => database.prepare('SELECT count(*) AS count FROM probe').get()?.['count'];
    while (commits.fault !== undefined || probes() !== 0) await delay(1);
    assert.equal(clock.sleeping, 0);
    await note('big', 100_000);
  });

  it('is not misled by space for almost nothing', async () => {
    room(10);
    await assert.rejects(note('big', 100_000), StoreError);
    await clock.pass(10_000);
    assert.notEqual(commits.fault, undefined);
    assert.deepEqual(notes(), []);
  });

  it('stops writing to a file that is found damaged', async () => {
    const corrupt = Object.assign(new Error('malformed'), { errcode: 11 });
    const error = commits.explain(corrupt);
    assert.ok(error instanceof StoreError && /is corrupted/.test(error.message));
    await assert.rejects(note('a'), error);
    await clock.pass(60_000);
    await assert.rejects(note('a'), error);
    assert.equal(commits.fault, error);
    assert.deepEqual(told, []);
    assert.equal(clock.sleeping, 0);
  });

  it('remembers a fault that a reader met, until a commit shows that it has passed', async () => {
    const failed = Object.assign(new Error('disk I/O error'), { errcode: 10 });
    assert.match(commits.explain(failed).message, /failed to read or write/);
    assert.notEqual(commits.fault, undefined);
    await note('a');
    assert.equal(commits.fault, undefined);
    const bug = new TypeError('a bug');
    assert.equal(commits.explain(bug), bug);
    assert.match(commits.explain('text').message, /^text$/);
    assert.equal(commits.fault, undefined);
  });

  it('stores what waits when it is closed, and then accepts nothing more', async () => {
    const waiting = Array.from({ length: 600 }, (_, index) => note(String(index)));
    commits.close();
    assert.equal(notes().length, 600);
    await Promise.all(waiting);
    await assert.rejects(note('late'), { name: 'StoreError', message: /is closed/ });
  });

  it('stops looking for space when it is closed', async () => {
    room(2);
    await assert.rejects(note('big', 100_000), StoreError);
    commits.close();
    await clock.pass(60_000);
    assert.equal(clock.sleeping, 0);
  });
});
