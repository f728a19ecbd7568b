import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { levelHealth } from '../../../src/sync/events/health-count.ts';

describe('The count of degradations', () => {
  const of = (degradations: number, isDegraded = false) => ({ degradations, isDegraded });

  for (const [what, own, others, expected] of [
    ['stays without others', of(2), [], 2],
    ['stays where others have seen fewer', of(2), [of(1), of(0)], 2],
    ['goes on from the largest of the others', of(0), [of(1), of(3)], 3],
    ['leaves what another alone has seen begin to be seen', of(0), [of(3, true)], 2],
    ['goes on from another that sees the same degradation', of(1, true), [of(3, true)], 3],
  ] as const) {
    it(what, () => {
      assert.equal(levelHealth(own, others).degradations, expected);
    });
  }
});
