import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { measureBursts } from '../../../../scripts/bench/handler/bursts.ts';
import { measureDelays } from '../../../../scripts/bench/handler/delays.ts';
import { isMet } from '../../../../scripts/bench/figure.ts';
import { bundle, handlerBundle } from '../../../../scripts/bundle.ts';

describe("The handler's bench", () => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));

  before(() => bundle(handlerBundle));
  after(() => rmSync(folder, { recursive: true }));

  it('runs the built handler between its two simulated servers', async () => {
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

  it('counts what was not reported in a burst', async () => {
    const sizes = { runs: [4], runFor: [100, 300] };
    const told = await measureBursts(folder, { ...sizes, within: 120_000 });
    const what = 'done → completed, 4 at once';
    assert.deepEqual(
      told.map((figure) => figure.what),
      [
        `${what}: p50`,
        `${what}: p95`,
        `${what}: most`,
        `${what}: not told in 120 s`,
        '4 at once: until the last operation has begun',
      ],
    );
    assert.equal(told.find((figure) => figure.goal === 0)?.value, 0);
    const cut = await measureBursts(folder, { ...sizes, runFor: [600_000], within: 1 });
    const missing = cut.find((figure) => figure.goal === 0);
    assert.deepEqual([missing?.value, missing && isMet(missing)], [4, false]);
  });
});
