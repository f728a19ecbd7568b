import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { systemClock } from '../../../src/async/clock.ts';
import { SqliteStore } from '../../../src/handler/store/sqlite/sqlite-store.ts';
import { sampleCheckpoint, storeFolder } from './sample.ts';

const program = fileURLToPath(new URL('committing.ts', import.meta.url));

/**
 * Reads what a child was promised, until it ends: the last number of each run, and its error
 * messages.
 */
async function follow(
  child: ChildProcess,
  told: (lines: number) => void,
): Promise<{ readonly promised: ReadonlyMap<string, number>; readonly complaints: string[] }> {
  assert.ok(child.stdout);
  const end = once(child, 'exit');
  const promised = new Map<string, number>();
  const complaints: string[] = [];
  let lines = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('! ')) complaints.push(line);
    else {
      const [runId = '', number] = line.split(' ');
      promised.set(runId, Number(number));
    }
    told((lines += 1));
  }
  await end;
  return { promised, complaints };
}

/** Every promise was kept, and every step is complete. */
async function assertKept(
  store: SqliteStore,
  promised: ReadonlyMap<string, number>,
): Promise<void> {
  for (const [runId, number] of promised) {
    const run = await store.run(runId);
    const found = Number(run?.message);
    assert.ok(found === number || found === number + 1, `${runId}: ${found}, promised ${number}`);
    assert.equal(run?.attempt, found);
    assert.deepEqual(await store.token(runId), { sealed: '0', digest: '0' });
    const checkpoints = await store.checkpoints(runId);
    const expected = JSON.stringify(sampleCheckpoint(found));
    assert.deepEqual(
      checkpoints.map(({ path, checkpoint }) => [path, JSON.stringify(checkpoint)]),
      ['a', 'b'].map((path) => [path, expected]),
    );
    const items = await store.items(runId, 1_000_000);
    assert.deepEqual(
      items.map(({ item }) => item.kind === 'lines' && item.lines[0]),
      Array.from({ length: 2 * found }, (_, index) => String(1 + Math.floor(index / 2))),
    );
  }
}

describe('The store when its process ends abruptly', function () {
  this.timeout(60_000);

  it('has kept every promise and no partial step, wherever it was killed', async () => {
    const places = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 8, maxLength: 8 });
    const property = fc.asyncProperty(places, async (kills) => {
      const folder = storeFolder();
      const all = new Map<string, number>();
      try {
        for (const [round, lines] of kills.entries()) {
          const args = [program, folder.path, `round${round}`, '300'];
          const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
          const { promised } = await follow(child, (count) => {
            if (count === lines) child.kill('SIGKILL');
          });
          assert.equal(child.signalCode, 'SIGKILL');
          for (const entry of promised) all.set(...entry);
          const store = SqliteStore.open(folder.path, systemClock);
          await assertKept(store, all);
          await store.close();
        }
      } finally {
        folder.remove();
      }
    });
    await fc.assert(property, { numRuns: 1, endOnFailure: true });
  });

  it('has kept every promise if the disk is full in the middle of a step', async () => {
    const folder = storeFolder();
    try {
      // The limit applies to the process (in blocks of 512 or 1,024 bytes): a write beyond it
      // fails.
      const command = 'ulimit -f 1500 && exec "$0" "$@"';
      const args = [process.execPath, program, folder.path, 'run', '3000'];
      const child = spawn('/bin/sh', ['-c', command, ...args], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const { promised, complaints } = await follow(child, () => undefined);
      assert.equal(child.exitCode, 0);
      assert.equal(complaints.length, 4);
      for (const complaint of complaints) {
        assert.match(complaint, /The store .*: the disk failed to read or write it \(.*volume/);
      }
      assert.equal(promised.size, 3);
      const store = SqliteStore.open(folder.path, systemClock);
      await assertKept(store, promised);
      await store.close();
    } finally {
      folder.remove();
    }
  });
});
