import assert from 'node:assert/strict';
import { parseDuration } from '../../../src/handler/config/duration.ts';

const day = 86_400_000;

describe('A duration', () => {
  for (const [text, expected] of [
    ['45s', 45_000],
    ['90m', 5_400_000],
    ['24h', day],
    ['30d', 30 * day],
    ['1s', 1_000],
    ['365d', 365 * day],
  ] as const) {
    it(`is accepted: ${text}`, () => {
      assert.deepEqual(parseDuration(text, '1s', '365d'), { value: expected });
    });
  }

  for (const text of ['', '30', 'd', '1.5h', '-1h', '1h30m', '1w', '1 h', '1D', '9999999999s']) {
    it(`is invalid: "${text}"`, () => {
      const parsed = parseDuration(text, '1s', '365d');
      assert.ok('problem' in parsed && parsed.problem === 'it is not a duration');
    });
  }

  for (const text of ['59m', '25h', '0s']) {
    it(`is out of bounds: ${text}`, () => {
      const parsed = parseDuration(text, '1h', '24h');
      assert.ok('problem' in parsed && parsed.problem === 'it is not between 1h and 24h');
    });
  }
});
