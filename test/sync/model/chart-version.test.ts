import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import {
  isInRange,
  isSameVersion,
  isVersionRange,
  parseChartVersion,
} from '../../../src/sync/model/chart-version.ts';
import type { ChartVersion } from '../../../src/sync/model/chart-version.ts';

interface Recorded {
  readonly versions: readonly string[];
  readonly ranges: readonly {
    readonly range: string;
    readonly valid: boolean;
    readonly exact: boolean;
    readonly in: readonly string[];
  }[];
}

const file = new URL('../../fixtures/argo-cd/version-ranges.json', import.meta.url);
const { versions, ranges } = JSON.parse(readFileSync(file, 'utf8')) as Recorded;

function version(text: string): ChartVersion {
  const parsed = parseChartVersion(text);
  assert.ok(parsed, text);
  return parsed;
}

describe('A version range', () => {
  for (const { range, valid, exact, in: inside } of ranges) {
    it(`contains the same versions as for Argo CD and Helm: "${range}"`, () => {
      assert.equal(parseChartVersion(range) !== undefined, exact);
      if (valid) assert.equal(isVersionRange(range), !exact);
      const found = versions.filter((each) => isInRange(range, version(each)));
      assert.deepEqual(found, valid ? inside : []);
      if (!valid) assert.equal(isInRange(range, version('1.0.0')), undefined);
    });
  }

  it('is not parsed from a name', () => {
    assert.deepEqual(['main', 'stable', '2024.03-LTS-RC19'].map(isVersionRange), [
      false,
      false,
      false,
    ]);
  });

  it('is parsed in less than quadratic time', () => {
    const long = `${'>=1 '.repeat(250)}<2`;
    assert.equal(isInRange(long, version('1.0.0')), true);
    assert.equal(isInRange(`${'1 - '.repeat(250)}x`, version('1.0.0')), undefined);
  });
});

describe('A version', () => {
  const cases = [
    ['1.2.3', 'v1.2.3', true],
    ['1.2.3', '1.2.3+b1', true],
    ['1.2.3+b1', '1.2.3', false],
    ['1.2.3-rc.2', '1.2.3-rc.10', false],
    ['1.2', '1.2.0', true],
    ['1.2.20251129064512001', '1.2.20251129064512002', false],
    ['1.2.3-20251129064512001', '1.2.3-20251129064512002', false],
    ['1.2.3-ci.20251129064512001', '1.2.3-ci.20251129064512002', false],
    ['20251129064512001.0.0', '20251129064512002.0.0', false],
    ['1.2.18446744073709551615', '1.2.18446744073709551614', false],
    ['1.2.20251129064512001', 'v1.2.20251129064512001', true],
  ] as const;
  for (const [asked, actual, expected] of cases) {
    it(`${asked} is ${expected ? '' : 'not '}${actual}`, () => {
      assert.equal(isSameVersion(version(asked), version(actual)), expected);
    });
  }

  it('is not another one, however long its numbers are', () => {
    const digits = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String);
    const text = fc
      .tuple(digits, digits, digits, fc.option(digits))
      .map(([a, b, c, d]) => [a, b, c].join('.') + (d === null ? '' : `-${d}`));
    fc.assert(
      fc.property(text, text, (one, other) => {
        assert.equal(isSameVersion(version(one), version(other)), one === other);
        assert.ok(isSameVersion(version(one), version(`v${one}`)));
        assert.equal(isInRange(`=${one}`, version(one)), true);
      }),
    );
    fc.assert(
      fc.property(fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 2n }), (number) => {
        const [one, next] = [version(`1.0.${number}`), version(`1.0.${number + 1n}`)];
        assert.ok(!isSameVersion(one, next));
        assert.deepEqual(
          [one, next].map((each) => isInRange(`>1.0.${number}`, each)),
          [false, true],
        );
      }),
    );
  });
});
