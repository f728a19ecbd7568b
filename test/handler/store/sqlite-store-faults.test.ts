import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { Secret } from '../../../src/secret.ts';
import { numberOf } from '../../../src/handler/store/sqlite/migrations.ts';
import { openSqliteFile } from '../../../src/handler/store/sqlite/sqlite-file.ts';
import { SqliteStore } from '../../../src/handler/store/sqlite/sqlite-store.ts';
import { StoreError } from '../../../src/handler/store/store.ts';
import { tokenDigest, TokenCipher } from '../../../src/handler/secrets/token-cipher.ts';
import { ManualClock } from '../../follow/manual-clock.ts';
import { adding, sampleCheckpoint, sampleToken, storeFolder } from './sample.ts';

describe('The store under faults', () => {
  let folder: ReturnType<typeof storeFolder>;
  let database: DatabaseSync;
  let clock: ManualClock;
  let store: SqliteStore;

  beforeEach(() => {
    folder = storeFolder();
    clock = new ManualClock();
    open();
  });
  afterEach(async () => {
    await store.close();
    folder.remove();
  });
  const open = () => {
    database = openSqliteFile(folder.path);
    store = new SqliteStore(database, folder.path, clock);
  };
  const room = (pages: number) => {
    const most = numberOf(database, 'PRAGMA page_count') + pages;
    database.exec(`PRAGMA max_page_count = ${most}`);
  };
  const big = (id: string) => adding(id, { message: 'x'.repeat(20_000) });

  describe('on a full disk', () => {
    const fill = async () => {
      room(40);
      for (let number = 1; store.fault === undefined; number += 1) {
        const step = big(`run-${number}`);
        await store.commit(step).catch((error: unknown) => {
          assert.ok(error instanceof StoreError);
        });
      }
      return (await store.openRuns()).length;
    };

    it('keeps and shows what it has, and says what is wrong', async () => {
      const stored = await fill();
      assert.ok(stored > 2, `${stored} runs`);
      assert.match(store.fault ?? '', /the disk is full .*Free some space/);
      await assert.rejects(store.commit(big('more')), StoreError);
      await assert.rejects(
        store.addCancellation({ key: 'k'.repeat(9_999), digest: 'd', at: 1, expiresAt: 2 }),
        StoreError,
      );
      assert.equal((await store.openRuns()).length, stored);
      assert.equal((await store.token('run-1'))?.digest, sampleToken.digest);
      await store.close();
      open();
      assert.equal((await store.openRuns()).length, stored);
    });

    it('continues when old runs are removed', async () => {
      const ended = { state: 'ended', endedAt: 1, outcome: 'failed' } as const;
      for (let number = 1; number <= 10; number += 1) {
        const message = 'x'.repeat(20_000);
        await store.commit(adding(`old-${number}`, { ...ended, message }));
      }
      const stored = await fill();
      assert.equal(await store.sweep(2, 0, 5), 5);
      await store.commit(big('more'));
      assert.equal(store.fault, undefined);
      assert.equal((await store.openRuns()).length, stored + 1);
    });

    it('continues by itself when there is space again', async () => {
      await fill();
      await clock.pass(10_000);
      assert.notEqual(store.fault, undefined);
      room(1_000);
      await clock.pass(2_000);
      while (store.fault !== undefined) await delay(1);
      await store.commit(big('more'));
    });

    it('stores a step completely or not at all, even if only its end finds no space', async () => {
      await store.commit(adding('run-1'));
      room(20);
      const step = {
        runId: 'run-1',
        change: { message: 'half' },
        checkpoints: [
          { path: 'shop', checkpoint: sampleCheckpoint(1), plan: undefined, result: undefined },
        ],
        enqueue: Array.from({ length: 100 }, (_, at) => ({
          at,
          item: { kind: 'lines' as const, lines: ['x'.repeat(2_000)] },
        })),
      };
      await assert.rejects(store.commit(step), StoreError);
      assert.equal((await store.run('run-1'))?.message, '');
      assert.deepEqual(await store.checkpoints('run-1'), []);
      assert.deepEqual(await store.items('run-1', 9), []);
      room(1_000);
      await store.commit(step);
      assert.equal((await store.items('run-1', 1_000)).length, 100);
    });
  });

  it('stops writing once the file is found damaged at runtime', async () => {
    await Promise.all(Array.from({ length: 50 }, (_, index) => store.commit(big(`run-${index}`))));
    await store.close();
    open();
    const page = numberOf(database, "SELECT rootpage FROM sqlite_schema WHERE name = 'runs'");
    database.exec('PRAGMA shrink_memory');
    overwrite(folder.path, page);
    await assert.rejects(store.openRuns(), { name: 'StoreError', message: /is corrupted/ });
    assert.match(store.fault ?? '', /is corrupted .*restore a backup/);
    await assert.rejects(store.commit(adding('more')), {
      name: 'StoreError',
      message: /corrupted/,
    });
    await clock.pass(60_000);
    assert.notEqual(store.fault, undefined);
  });

  describe('keeps the job token to itself:', () => {
    const token = new Secret('eyJhbGciOi-the-job-token');
    const cipher = new TokenCipher([new Secret(Buffer.alloc(32, 1).toString('base64'))]);
    /** All bytes of all files, copied by another process: closing one here would end our lock. */
    const bytes = () => {
      const copy = storeFolder();
      execFileSync('cp', ['-r', dirname(folder.path), join(dirname(copy.path), 'copy')]);
      const place = join(dirname(copy.path), 'copy');
      const all = readdirSync(place).map((name) => readFileSync(join(place, name), 'latin1'));
      copy.remove();
      assert.ok(all.length >= 1);
      return all.join('\n');
    };
    const accept = async (id: string) => {
      const sealed = cipher.seal(token, id);
      await store.commit(adding(id, {}, { sealed, digest: tokenDigest(token) }));
      return sealed;
    };

    it('it is sealed in every file, and gone from all within a second of its end', async () => {
      const sealed: string[] = [];
      for (let number = 1; number <= 60; number += 1) sealed.push(await accept(`run-${number}`));
      const isThere = (all: string) => sealed.map((text) => all.includes(text));
      const before = bytes();
      assert.ok(isThere(before).every(Boolean));
      assert.ok(!before.includes(token.reveal()));
      assert.equal(cipher.open(sealed[3] ?? '', 'run-4').reveal(), token.reveal());
      for (let number = 1; number <= 60; number += 1) {
        await store.commit({ runId: `run-${number}`, change: { state: 'ended', endedAt: 1 } });
      }
      assert.ok(isThere(bytes()).some(Boolean));
      await clock.pass(1_000);
      const after = bytes();
      assert.ok(!isThere(after).some(Boolean));
      assert.ok(after.includes('run-60'));
    });

    it('what a crash left in the log is gone after the next start', async () => {
      const sealed = await accept('run-1');
      await store.commit({ runId: 'run-1', change: { state: 'ended', endedAt: 1 } });
      const crashed = storeFolder();
      execFileSync('cp', ['-r', `${dirname(folder.path)}/.`, dirname(crashed.path)]);
      const files = () => {
        const names = readdirSync(dirname(crashed.path));
        return names.map((name) => readFileSync(join(dirname(crashed.path), name), 'latin1'));
      };
      assert.ok(files().some((text) => text.includes(sealed)));
      const next = openSqliteFile(crashed.path);
      assert.ok(!files().some((text) => text.includes(sealed)));
      next.close();
      crashed.remove();
    });
  });
});

function overwrite(path: string, page: number): void {
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(4_096, 0xa5), 0, 4_096, (page - 1) * 4_096);
  closeSync(file);
}
