import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { succeedingSync } from './crash-scenario.ts';
import { HandlerProcess, type Exit } from './handler-process.ts';
import { settled } from './inspection.ts';
import { Installation } from './installation.ts';

describe('The handler, when it starts and ends,', () => {
  let installation: Installation;
  beforeEach(async () => {
    installation = await Installation.open({}, false);
    mkdirSync(dirname(installation.database), { recursive: true });
  });
  afterEach(() => installation.close());

  const endsAtOnce = async (handler = installation.handler): Promise<Exit> => handler.begin().ended;
  const finishOneRun = async () => {
    await installation.handler.start();
    succeedingSync.prepare(installation);
    await succeedingSync.begin(installation).done;
    await settled(installation);
    await installation.handler.stop();
  };

  const broken: readonly (readonly [string, RegExp, () => void | Promise<void>])[] = [
    [
      'no database',
      /handler\.db: it is not a SQLite database .*It was not changed\..*restore a backup/,
      () => writeFileSync(installation.database, 'This is no database. '.repeat(500)),
    ],
    [
      "another program's database",
      /is a database of another program, and was not changed/,
      () => {
        const database = new DatabaseSync(installation.database);
        database.exec('CREATE TABLE songs (title TEXT)');
        database.close();
      },
    ],
    [
      "a newer handler's database",
      /a newer handler wrote it .*Start that version again/,
      async () => {
        await finishOneRun();
        const database = new DatabaseSync(installation.database);
        database.exec('PRAGMA user_version = 99');
        database.close();
      },
    ],
    [
      'a truncated database',
      /handler\.db: it is corrupted .*restore a backup/,
      async () => {
        await finishOneRun();
        truncateSync(installation.database, 6 * 4_096);
      },
    ],
  ];
  for (const [what, message, make] of broken) {
    it(`does not change a file that is ${what}, says so, and exits with 1`, async () => {
      await make();
      const before = readFileSync(installation.database);
      assert.deepEqual(await endsAtOnce(), { code: 1, signal: null });
      assert.match(installation.handler.printedNow, message);
      assert.ok(!/^ +at /m.test(installation.handler.printedNow), 'a stack helps nobody');
      assert.ok(readFileSync(installation.database).equals(before));
    });
  }

  it('creates a missing database, which only its owner may read', async () => {
    rmSync(dirname(installation.database), { recursive: true });
    await finishOneRun();
    assert.ok(readFileSync(installation.database).length > 0);
  });

  it('refuses the database of a running handler, which continues undisturbed', async () => {
    await installation.handler.start();
    const config = join(installation.folder, 'second.yaml');
    // Other ports, since it is the file that it must not get.
    writeFileSync(
      config,
      installation.configText.replace(
        /^listen.*$/m,
        "listen: { public: '127.0.0.1:0', admin: '127.0.0.1:0' }",
      ),
    );
    const second = new HandlerProcess({ folder: installation.folder, config });
    assert.deepEqual(await endsAtOnce(second), { code: 1, signal: null });
    assert.match(second.printed, /another process uses this file, perhaps a second handler/);
    succeedingSync.prepare(installation);
    const run = succeedingSync.begin(installation);
    await run.done;
    assert.deepEqual(succeedingSync.inspect(installation, run, undefined), []);
  });

  it('refuses to start without the key that its open runs need, and continues with it', async () => {
    const { handler, argocd } = installation;
    const key = join(dirname(installation.database), 'key');
    await handler.start();
    succeedingSync.prepare(installation);
    const run = succeedingSync.begin(installation);
    await argocd.until('shop', (shop) => shop?.status.operationState?.phase === 'Running');
    await handler.kill();
    renameSync(key, `${key}.old`);
    assert.deepEqual(await endsAtOnce(), { code: 1, signal: null });
    assert.match(
      handler.printedNow,
      /1 open run in the store needs an encryption key .*Restore the old key/,
    );
    renameSync(`${key}.old`, key);
    await handler.start();
    await run.done;
    await settled(installation);
    assert.deepEqual(succeedingSync.inspect(installation, run, undefined), []);
  });

  it('says which port is in use', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const text = installation.configText.replace(
      /public: '127.0.0.1:\d+'/,
      `public: '127.0.0.1:${port}'`,
    );
    installation.configure(text);
    assert.deepEqual(await endsAtOnce(), { code: 1, signal: null });
    assert.match(
      installation.handler.printedNow,
      new RegExp(`cannot listen on 127.0.0.1:${port}: the port is already in use`),
    );
    server.close();
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`ends at ${signal}, and the next process resumes its runs`, async () => {
      const { handler, argocd } = installation;
      await handler.start();
      succeedingSync.prepare(installation);
      const run = succeedingSync.begin(installation);
      await argocd.until('shop', (shop) => shop?.status.operationState?.phase === 'Running');
      handler.signal(signal);
      assert.deepEqual(await handler.ended, { code: 0, signal: null });
      assert.match(handler.printedNow, /open runs resume at the next start/);
      await handler.start();
      assert.match(handler.printedNow, /"runs":1,"msg":"resuming open runs"/);
      await run.done;
      await settled(installation);
      assert.deepEqual(succeedingSync.inspect(installation, run, undefined), []);
    });
  }
});
