import assert from 'node:assert/strict';
import { KeySet } from '../../../src/sync/model/key-set.ts';

const key = (namespace: string, name = 'web') => ({
  group: 'apps',
  kind: 'Deployment',
  namespace,
  name,
});

describe('A set of resources', () => {
  const rows = [
    ['the same', 'shop', 'shop', true, true],
    ['one without a namespace in the set', '', 'shop', true, true],
    ['a requested one without a namespace', 'shop', '', false, true],
    ['another namespace', 'shop', 'other', false, false],
  ] as const;
  for (const [what, listed, asked, names, fits] of rows) {
    it(`${names ? 'names' : 'does not name'} and ${fits ? 'matches' : 'does not match'} ${what}`, () => {
      const set = new KeySet([key(listed)]);
      assert.deepEqual([set.names(key(asked)), set.fits(key(asked))], [names, fits]);
    });
  }

  it('distinguishes group, kind and name', () => {
    const set = new KeySet([key('shop')]);
    for (const other of [
      { ...key('shop'), group: '' },
      { ...key('shop'), kind: 'StatefulSet' },
      key('shop', 'other'),
    ]) {
      assert.equal(set.fits(other), false);
    }
  });
});
