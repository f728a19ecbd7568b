import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/async/clock.ts';
import { openStore } from '../../src/handler/open-store.ts';

describe('Opening the configured store', () => {
  it('creates a SQLite file, and measures how long each commit took', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'open-store-'));
    const seconds: number[] = [];
    try {
      const config = { sqlite: join(folder, 'data', 'handler.db') };
      const store = openStore(config, systemClock, (each) => seconds.push(each));
      await store.addContact('argocd', 1);
      await store.close();
      const again = openStore(config, systemClock, () => undefined);
      assert.deepEqual(await again.contacts(), ['argocd']);
      await again.close();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    assert.equal(seconds.length, 1);
  });
});
