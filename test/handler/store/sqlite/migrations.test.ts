import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { canonical } from '../../../../src/argocd/rest/canonical.ts';
import { migrate, migrations, numberOf } from '../../../../src/handler/store/sqlite/migrations.ts';
import { SqliteStore } from '../../../../src/handler/store/sqlite/sqlite-store.ts';
import { eventKeyOf } from '../../../../src/follow-ups/action-key.ts';
import { systemClock } from '../../../../src/async/clock.ts';
import { readApplication } from '../../../in-one-go.ts';
import { adding, samplePlan, storeFolder } from '../sample.ts';

const path = 'handler.db';
const version = (database: DatabaseSync) => numberOf(database, 'PRAGMA user_version');

describe('Migrations', () => {
  let database: DatabaseSync;
  beforeEach(() => {
    database = new DatabaseSync(':memory:');
  });
  afterEach(() => {
    database.close();
  });

  it('bring an empty file to the newest schema, and change nothing in one that has it', () => {
    migrate(database, path);
    assert.equal(version(database), migrations.length);
    const schema = database.prepare('SELECT sql FROM sqlite_schema').all();
    migrate(database, path);
    assert.deepEqual(database.prepare('SELECT sql FROM sqlite_schema').all(), schema);
  });

  it('upgrade an older schema with its data', () => {
    const first = 'CREATE TABLE notes (text TEXT)';
    const second = "ALTER TABLE notes ADD COLUMN kind TEXT DEFAULT 'plain'";
    const third = "UPDATE notes SET kind = kind || '!'";
    migrate(database, path, [first]);
    database.exec("INSERT INTO notes VALUES ('a')");
    migrate(database, path, [first, second, third]);
    assert.deepEqual(
      { ...database.prepare('SELECT * FROM notes').get() },
      {
        text: 'a',
        kind: 'plain!',
      },
    );
    assert.equal(version(database), 3);
  });

  it('leave the previous version unchanged if one fails halfway', () => {
    const first = 'CREATE TABLE notes (text TEXT)';
    const broken = "INSERT INTO notes VALUES ('half'); INSERT INTO missing VALUES (1)";
    assert.throws(() => {
      migrate(database, path, [first, broken]);
    }, /no such table: missing/);
    assert.equal(version(database), 1);
    assert.equal(database.isTransaction, false);
    assert.equal(numberOf(database, 'SELECT count(*) FROM notes'), 0);
    migrate(database, path, [first, "INSERT INTO notes VALUES ('whole')"]);
    assert.equal(numberOf(database, 'SELECT count(*) FROM notes'), 1);
  });

  it("refuse a newer handler's file", () => {
    migrate(database, path);
    database.exec('PRAGMA user_version = 99');
    const message = `The store handler.db: a newer handler wrote it (schema 99; this one knows ${migrations.length}). Start that version again, or restore the backup from before the upgrade.`;
    assert.throws(
      () => {
        migrate(database, path);
      },
      { name: 'StoreError', message },
    );
    assert.equal(version(database), 99);
  });

  it("refuse another program's database", () => {
    database.exec('CREATE TABLE bookmarks (url TEXT)');
    assert.throws(
      () => {
        migrate(database, path);
      },
      { name: 'StoreError', message: /of another program, and was not changed/ },
    );
    assert.equal(version(database), 0);
  });

  it('give tries of a task one key, whichever URL of their organization they used', () => {
    migrate(database, path, migrations.slice(0, 2));
    const rest = '|plan|job|https://x.visualstudio.com|task';
    const hosts = [
      'https://dev.azure.com/fabrikam',
      'https://vsrm.dev.azure.com/fabrikam',
      'https://fabrikam.visualstudio.com',
      'https://fabrikam.vsrm.visualstudio.com',
      'https://tfs.example.com/tfs/a.visualstudio.com',
    ];
    hosts.forEach((host, index) => {
      database.exec(`INSERT INTO runs (id, key, kind, order_json, marker, accepted_at, deadline,
        token_expires_at, state, attempt, is_canceled, report_json, message, results_json)
        VALUES ('${index}', '${host}${rest}', 'sync', '{}', 'm', 1, 2, 3, 'ended', 1, 0, '{}', '', '[]')`);
      database.exec(`INSERT INTO cancellations VALUES ('${host}${rest}', 'd', ${index}, 9)`);
    });
    migrate(database, path);
    const keys = (table: string) =>
      database
        .prepare(`SELECT DISTINCT key FROM ${table} ORDER BY key`)
        .all()
        .map(({ key }) => key);
    const expected = [`${hosts[0]}${rest}`, `${hosts[4]}${rest}`];
    assert.deepEqual(keys('runs'), expected);
    assert.deepEqual(keys('cancellations'), expected);
  });

  it('replace operations and sources by a digest, by which older complete ones are recognized', () => {
    const sync = { revision: 'main', manifests: ['x'.repeat(100_000)] };
    const entry = { id: 1, revisions: ['a'], source: { repoURL: 'https://git.example.com' } };
    const application = readApplication({
      metadata: { name: 'shop', uid: '1' },
      spec: {},
      operation: { sync },
      status: { history: [entry] },
    });
    const older = {
      memory: {
        identity: { kind: 'adopted', fingerprint: canonical({ sync }), startedAt: 1 },
        request: { operation: { fingerprint: canonical({ sync }), sources: [{ path: 'a' }] } },
        returnTo: { sources: canonical([entry.source]) },
      },
      steps: [],
    };
    migrate(database, path, migrations.slice(0, 5));
    database.exec(`INSERT INTO runs (id, key, kind, order_json, marker, accepted_at, deadline,
      token_expires_at, state, attempt, is_canceled, report_json, message, results_json)
      VALUES ('run-1', 'k', 'sync', '{}', 'm', 1, 2, 3, 'following', 1, 0, '{}', '', '[]')`);
    database
      .prepare("INSERT INTO checkpoints (run, path, checkpoint_json) VALUES (1, 'shop', ?)")
      .run(JSON.stringify(older));
    database.exec("INSERT INTO checkpoints (run, path) VALUES (1, 'cart')");
    migrate(database, path);
    const [kept, none] = database
      .prepare('SELECT checkpoint_json FROM checkpoints ORDER BY rowid')
      .all()
      .map(({ checkpoint_json: json }) => json);
    const { fingerprint } = application.operation ?? assert.fail();
    assert.deepEqual(JSON.parse(String(kept)), {
      memory: {
        identity: { kind: 'adopted', fingerprint, startedAt: 1 },
        request: { operation: { fingerprint, sources: [{ path: 'a' }] } },
        returnTo: { sources: application.history[0]?.sources },
      },
      steps: [],
    });
    assert.equal(none, null);
  });

  it('keep every run of a store with the first schema', async () => {
    const folder = storeFolder();
    const old = new DatabaseSync(folder.path);
    migrate(old, path, migrations.slice(0, 1));
    old.exec(`INSERT INTO runs (id, key, kind, order_json, marker, accepted_at, deadline,
      token_expires_at, state, attempt, is_canceled, report_json, message, results_json)
      VALUES ('run-1', 'k', 'sync', '{"kind":"sync"}', 'm', 1, 2, 3, 'following', 1, 0, '{}', '', '[]')`);
    old.exec("INSERT INTO tokens VALUES (1, 'sealed', 'digest')");
    old.exec("INSERT INTO checkpoints (run, path, result_json) VALUES (1, 'shop', '{}')");
    old.close();
    const store = SqliteStore.open(folder.path, systemClock);
    try {
      assert.equal((await store.openRunWith('k', 'digest'))?.id, 'run-1');
      const kept = { path: 'shop', checkpoint: undefined, plan: samplePlan(1), result: {} };
      await store.commit({ runId: 'run-1', checkpoints: [{ ...kept, result: undefined }] });
      assert.deepEqual(await store.checkpoints('run-1'), [kept]);
      await store.commit(adding('run-2'));
      assert.deepEqual(await store.contacts(), []);
      await store.addContact('prod', 1);
      assert.deepEqual(await store.contacts(), ['prod']);
    } finally {
      await store.close();
      folder.remove();
    }
  });

  it("give an older handler's actions the digits that their runs contain", () => {
    migrate(database, path, migrations.slice(0, 8));
    for (const [key, body] of [
      ['k', '{"event":{"application":{"name":"shop"}}}'],
      ['l', 'no JSON'],
    ]) {
      database
        .prepare(
          `INSERT INTO actions (key, uid, rule, created_at, expires_at, state, due_at, tries, looks,
            body_json, message) VALUES (?, 'u', 'r', 1, 2, 'waiting', 1, 0, 0, ?, '')`,
        )
        .run(key!, body!);
    }
    migrate(database, path);
    const keys = database.prepare('SELECT event_key FROM actions ORDER BY number').all();
    assert.deepEqual(
      keys.map(({ event_key: key }) => key),
      [eventKeyOf('k'), eventKeyOf('l')],
    );
  });

  it("give an older handler's claims the plan of their run, if known", async () => {
    const folder = storeFolder();
    const old = new DatabaseSync(folder.path);
    migrate(old, path, migrations.slice(0, 10));
    const plan = '22222222-0000-4000-8000-000000000000';
    const claimed = (run: string) =>
      JSON.stringify({ claimant: `https://dev.azure.com/fabrikam|project|${run}`, at: 1 });
    const page = 'https://dev.azure.com/fabrikam/p/_release?releaseId=7';
    for (const [key, claim] of [
      ['run', claimed(plan)],
      ['release', claimed(page)],
      ['unclaimed', null],
    ] as const) {
      old
        .prepare(
          `INSERT INTO actions (key, uid, rule, created_at, expires_at, state, due_at, tries, looks,
            body_json, message, claim_json) VALUES (?, 'u', 'r', 1, 2, 'done', 1, 0, 0, '{}', '', ?)`,
        )
        .run(key, claim);
    }
    old.close();
    const store = SqliteStore.open(folder.path, systemClock);
    try {
      assert.equal((await store.events.actionOfPlan(plan))?.key, 'run');
      assert.equal(await store.events.actionOfPlan(page.slice(-36)), undefined);
      assert.equal((await store.events.action('release'))?.claim?.claimant.endsWith(page), true);
    } finally {
      await store.close();
      folder.remove();
    }
  });

  it('give what an older handler knew of applications to the instance that has seen them', async () => {
    const folder = storeFolder();
    const old = new DatabaseSync(folder.path);
    migrate(old, path, migrations.slice(0, 12));
    const about = { argocd: 'prod', url: 'https://argocd.example', name: 'shop' };
    const memory = { uid: 'a', historyId: 7, isDegraded: false, degradations: 2 };
    const remember = old.prepare('INSERT INTO event_memories VALUES (?, ?)');
    remember.run('a', JSON.stringify({ ...memory, about }));
    remember.run('b', JSON.stringify({ ...memory, uid: 'b' }));
    old.close();
    const store = SqliteStore.open(folder.path, systemClock);
    try {
      assert.deepEqual(await store.events.eventMemories(9), [
        { ...memory, argocd: 'prod', about },
        { ...memory, argocd: '', uid: 'b' },
      ]);
    } finally {
      await store.close();
      folder.remove();
    }
  });
});
