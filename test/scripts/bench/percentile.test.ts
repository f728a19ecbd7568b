import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { median, percentile } from '../../../scripts/bench/percentile.ts';

const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

describe('A percentile', () => {
  const table: readonly (readonly [string, readonly number[], number, number])[] = [
    ['of 100 values is the one at its rank', hundred, 95, 95],
    ['of 50 percent is the lower of two in the middle', hundred, 50, 50],
    ['of 100 percent is the largest', hundred, 100, 100],
    ['of 0 percent is the smallest', hundred, 0, 1],
    ['is never between two values', [1, 1_000], 95, 1_000],
    ['sorts by size, not by text', [9, 10, 100], 50, 10],
    ['of one value is that value', [7], 95, 7],
  ];
  for (const [what, values, percent, expected] of table) {
    it(what, () => assert.equal(percentile(values, percent), expected));
  }

  it('leaves the values in their order', () => {
    const values = [3, 1, 2];
    percentile(values, 50);
    assert.deepEqual(values, [3, 1, 2]);
  });

  it('is refused where there are no values', () => {
    assert.throws(() => percentile([], 50), /no values/);
  });
});

describe('The median', () => {
  it('is the value in the middle', () => assert.equal(median([9, 1, 5]), 5));
});
