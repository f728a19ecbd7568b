import assert from 'node:assert/strict';
import { isOlder } from '../../../src/sync/model/resource-version.ts';

describe('A resource version', () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['1', '2', true],
    ['9', '10', true],
    ['2', '1', false],
    ['10', '9', false],
    ['x', '9', false],
    ['2', '2', false],
    ['', '2', true],
    ['a', 'b', false],
    ['1', 'b', false],
    ['1', '99999999999999999999', false],
  ];
  for (const [one, other, expected] of cases) {
    it(`"${one}" is ${expected ? '' : 'not '}known to be older than "${other}"`, () => {
      assert.equal(isOlder({ resourceVersion: one }, { resourceVersion: other }), expected);
    });
  }
});
