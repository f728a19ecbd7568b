import assert from 'node:assert/strict';
import fc from 'fast-check';
import { foldProjectName } from '../../src/text/project-name.ts';

describe('The name of an Azure project', () => {
  const same: readonly (readonly [string, string])[] = [
    ['Shop', 'sHOP'],
    ['Käse', 'KÄSE'],
    ['Магазин', 'МАГАЗИН'],
    ['σ', 'Σ'],
  ];
  for (const [one, other] of same) {
    it(`is the same in any case: ${one}`, () => {
      assert.equal(foldProjectName(one), foldProjectName(other));
    });
  }

  const other: readonly (readonly [string, string, string])[] = [
    ['kiosk', '\u212aiosk', 'the Kelvin sign is no k'],
    ['shop', '\u017fhop', 'the long s is no s'],
    ['in', '\u0130n', 'nor an I with a dot'],
    ['in', '\u0131n', 'nor an i without'],
    ['\u00e5', '\u212b', 'the Ångström sign is no å'],
    ['ss', '\u00df', 'a sharp s is no two'],
    ['fi', '\ufb01', 'nor is a ligature'],
    ['shop', 'shop ', 'a blank counts'],
  ];
  for (const [one, another, why] of other) {
    it(`is not one that only looks the same: ${why}`, () => {
      assert.notEqual(foldProjectName(one), foldProjectName(another));
      assert.notEqual(foldProjectName(one.toUpperCase()), foldProjectName(another));
    });
  }

  it('never equals one in Latin letters if it has others', () => {
    const latin = /^[\0-\x7f]*$/;
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        assert.equal(latin.test(foldProjectName(name)), latin.test(name));
      }),
      { numRuns: 5_000 },
    );
  });
});
