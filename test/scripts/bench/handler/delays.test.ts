import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { measureDelays } from '../../../../scripts/bench/handler/delays.ts';
import { bundle, handlerBundle } from '../../../../scripts/bundle.ts';

describe('The bench of the handler', function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));

  before(() => bundle(handlerBundle));
  after(() => rmSync(folder, { recursive: true }));

  it('takes runs through the built handler, between its neighbours', async () => {
    const figures = await measureDelays(folder, { pending: [2], samples: 2, rest: 0 });
    assert.deepEqual(
      figures.map(({ what }) => what),
      [
        'done → completed, 2 pending: p50',
        'done → completed, 2 pending: p95',
        'done → completed, 2 pending, at rest: p50',
        'done → completed, 2 pending, at rest: p95',
      ],
    );
    for (const { what, value } of figures) assert.ok((value ?? 0) > 1, what);
  });
});
