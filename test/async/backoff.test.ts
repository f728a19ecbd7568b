import assert from 'node:assert/strict';
import { backoff } from '../../src/async/backoff.ts';

describe('A backoff', () => {
  const bounds = { first: 500, most: 10_000 };
  const cases = [
    [1, 0, 250],
    [1, 1, 500],
    [2, 1, 1_000],
    [5, 1, 8_000],
    [6, 1, 10_000],
    [6, 0, 5_000],
    [1_000_000, 1, 10_000],
  ] as const;
  for (const [attempt, random, expected] of cases) {
    it(`waits ${expected} ms before try ${attempt} if the random number is ${random}`, () => {
      assert.equal(
        backoff(attempt, bounds, () => random),
        expected,
      );
    });
  }
});
