import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { isMet, tableOf, type Figure } from '../../../scripts/bench/figure.ts';

const figure = (value: number | undefined, goal?: number): Figure => ({
  what: 'delay',
  value,
  unit: 'ms',
  ...(goal !== undefined && { goal }),
});

describe('A goal', () => {
  const table: readonly (readonly [string, Figure, boolean | undefined])[] = [
    ['is met below it', figure(49, 50), true],
    ['is met exactly at it', figure(50, 50), true],
    ['is not met above it, even if the rounded value is the same', figure(50.2, 50), false],
    ['is met exactly at the minimum', { ...figure(500), least: 500 }, true],
    ['is not met below the minimum', { ...figure(499), least: 500 }, false],
    ['is neither met nor missed if there is none', figure(50), undefined],
    ['is neither met nor missed if nothing could be measured', figure(undefined, 50), undefined],
  ];
  for (const [what, given, expected] of table) {
    it(what, () => assert.equal(isMet(given), expected));
  }
});

describe('The table of figures', () => {
  it('aligns each measurement with its goal', () => {
    const figures: readonly Figure[] = [
      { what: 'delay: p50', value: 14.4, unit: 'ms', goal: 54 },
      { what: 'requests', value: 6, unit: '', goal: 5 },
      { what: 'memory', value: undefined, unit: 'MB', goal: 150 },
      { what: 'planning', value: 4.56, unit: 'ms' },
      { what: 'completions', value: 620, unit: '/s', least: 500 },
    ];
    assert.deepEqual(tableOf(figures), [
      '             measured      goal  met',
      '───────────  ────────  ────────  ───',
      'delay: p50      14 ms   ≤ 54 ms  yes',
      'requests            6       ≤ 5   NO',
      'memory       not here  ≤ 150 MB',
      'planning       4.6 ms',
      'completions    620 /s  ≥ 500 /s  yes',
    ]);
  });

  it('has only a header without figures', () => {
    assert.equal(tableOf([]).length, 2);
  });
});
