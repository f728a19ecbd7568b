import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { simulateMany } from '../../../scripts/soak/follow-ups/simulate-many.ts';

describe('Follow-ups, whatever crashes, is lost or arrives twice,', () => {
  it('are queued once for each event, and for nothing else', async () => {
    const { problems, points, expected } = await simulateMany(30, 1);
    assert.deepEqual(problems, []);
    assert.ok(points >= 2_000, `${points} points`);
    assert.ok(expected >= 200, `${expected} follow-ups`);
  });

  it('are the same with the same seed', async () => {
    assert.deepEqual(await simulateMany(1, 7), await simulateMany(1, 7));
  });
});
