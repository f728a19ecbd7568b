import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { median, percentile } from '../../../scripts/bench/percentile.ts';

const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

describe('A percentile', () => {
  const table: readonly (readonly [string, readonly number[], number, number])[] = [
    ['of 100 values is the one at its rank', hundred, 95, 95],
    ['is the lower of the two middle values at 50 percent', hundred, 50, 50],
    ['is the largest value at 100 percent', hundred, 100, 100],
    ['is the smallest value at 0 percent', hundred, 0, 1],
    ['is never between two values', [1, 1_000], 95, 1_000],
    ['sorts by number, not by text', [9, 10, 100], 50, 10],
    ['of one value is that value', [7], 95, 7],
  ];
  for (const [what, values, percent, expected] of table) {
    it(what, () => assert.equal(percentile(values, percent), expected));
  }

  it('keeps the order of the values', () => {
    const values = [3, 1, 2];
    percentile(values, 50);
    assert.deepEqual(values, [3, 1, 2]);
  });

  it('is refused without values', () => {
    assert.throws(() => percentile([], 50), /no values/);
  });
});

describe('The median', () => {
  it('is the middle value', () => assert.equal(median([9, 1, 5]), 5));
});
