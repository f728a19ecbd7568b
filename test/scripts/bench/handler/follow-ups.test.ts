import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { measureFollowUps } from '../../../../scripts/bench/handler/follow-ups.ts';
import { measureStorm } from '../../../../scripts/bench/handler/storm.ts';
import { isMet } from '../../../../scripts/bench/figure.ts';
import { bundle, handlerBundle } from '../../../../scripts/bundle.ts';

describe('The follow-up bench', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));

  before(() => bundle(handlerBundle));
  after(() => rmSync(folder, { recursive: true }));

  it('measures how soon they are queued, and what it costs', async () => {
    const figures = await measureFollowUps(folder, {
      // More than are processed at once: what is in progress when the handler is killed is looked
      // up for a minute.
      ...{ applications: 30, perMinute: 60, watch: 2_000, hooks: 2, waiting: 90, settle: 0 },
    });
    const measured = figures.map(({ what }) => what);
    for (const expected of ['ended → queued: p95', 'processor', 'restart to ready']) {
      assert.ok(
        measured.some((what) => what.includes(expected)),
        `${expected} in ${measured.join(', ')}`,
      );
    }
    const delays = figures.filter(({ unit }) => unit === 'ms');
    for (const { what, value } of delays) assert.ok((value ?? 0) > 0, what);
  });

  it('measures a storm, which loses nothing and keeps no more than allowed', async () => {
    const figures = await measureStorm(folder, {
      ...{ applications: 20, perMinute: 600, watch: 3_000, actionsPerHour: 1, settle: 0 },
    });
    const ofCounts = figures.filter(({ unit }) => unit === '');
    assert.deepEqual(
      ofCounts.map(({ what }) => what.replace(/^.*: /, '')),
      ['actions stored', 'neither stored nor counted', 'lines of the log'],
    );
    for (const figure of ofCounts) assert.ok(isMet(figure), `${figure.what}: ${figure.value}`);
    assert.ok((ofCounts[0]?.value ?? 0) > 1);
  });
});
