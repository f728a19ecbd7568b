import assert from 'node:assert/strict';
import { retryAfterOf } from '../../src/async/retry-after.ts';

const date = 'Sat, 21 Nov 2026 01:00:00 GMT';

describe('The wait that a server asks for', () => {
  const cases: readonly [string | undefined, string | undefined, number | undefined][] = [
    [undefined, date, undefined],
    ['0', undefined, 0],
    ['7', undefined, 7000],
    ['600', undefined, 600_000],
    ['86400', undefined, 600_000],
    ['Sat, 21 Nov 2026 01:00:30 GMT', date, 30_000],
    ['Sat, 21 Nov 2026 00:59:00 GMT', date, 0],
    ['Sun, 22 Nov 2026 01:00:00 GMT', date, 600_000],
    ['Sat, 21 Nov 2026 01:00:30 GMT', undefined, undefined],
    ['Sat, 21 Nov 2026 01:00:30 GMT', 'whenever', undefined],
    ['-3', date, undefined],
    ['1.5', date, undefined],
    ['9999999999', date, undefined],
    ['soon', date, undefined],
    ['', date, undefined],
  ];
  for (const [value, now, expected] of cases) {
    it(`is ${expected} ms for "${value}" at ${now}`, () => {
      assert.equal(retryAfterOf({ 'retry-after': value, date: now }), expected);
    });
  }
});
