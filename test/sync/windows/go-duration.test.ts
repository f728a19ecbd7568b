import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { parseGoDuration } from '../../../src/sync/windows/go-duration.ts';

describe('parseGoDuration', () => {
  const cases: readonly (readonly [string, number | undefined])[] = [
    ['1h', 3_600_000],
    ['1h30m', 5_400_000],
    ['1.5h', 5_400_000],
    ['.5m', 30_000],
    ['1.s', 1_000],
    ['+2s', 2_000],
    ['-2s', -2_000],
    ['100ms', 100],
    ['2000us', 2],
    ['2000\u00b5s', 2],
    ['2000\u03bcs', 2],
    ['1000000ns', 1],
    ['0', 0],
    ['2562047h', 2_562_047 * 3_600_000],
    ['2562048h', undefined],
    ['-2562048h', undefined],
    ['99999999999h', undefined],
    ['', undefined],
    ['-', undefined],
    ['5', undefined],
    ['1h5', undefined],
    ['1d', undefined],
    ['1 h', undefined],
    ['h', undefined],
    ['.s', undefined],
  ];
  for (const [text, expected] of cases) {
    it(`reads "${text}" as ${String(expected)}`, () => {
      assert.equal(parseGoDuration(text), expected);
    });
  }

  it('parses or refuses any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9.hmsnu+-]*$/)), (text) => {
        const milliseconds = parseGoDuration(text);
        assert.ok(milliseconds === undefined || !Number.isNaN(milliseconds));
      }),
    );
  });
});
