import assert from 'node:assert/strict';
import { killAtRandom } from './random-kills.ts';

describe('The handler, killed 50 times at random moments', () => {
  it('finishes everything that it accepted, once and completely', async () => {
    const seed = Date.now() % 1_000_000;
    // Two installations, so that the machine is busy as well.
    const reports = await Promise.all(
      [seed, seed + 1].map((each) => killAtRandom({ seed: each, kills: 25 })),
    );
    for (const { problems, runs } of reports) {
      assert.deepEqual(problems, [], `seeds ${seed} and ${seed + 1}`);
      assert.ok(Object.values(runs).reduce((sum, count) => sum + count, 0) >= 6);
    }
  });
});
