import assert from 'node:assert/strict';
import { nearest } from '../../src/text/nearest.ts';

const choices = ['sync', 'prune', 'force', 'terminate', 'rollback', 'gate', 'ca', 'url'];

describe('the nearest choice', () => {
  for (const [word, expected] of [
    ['snyc', 'sync'],
    ['Sync', 'sync'],
    ['syncs', 'sync'],
    ['prun', 'prune'],
    ['roll-back', 'rollback'],
    ['terminated', 'terminate'],
    ['gates', 'gate'],
    ['uri', 'url'],
    ['db', undefined],
    ['delete', undefined],
    ['', undefined],
  ] as const) {
    it(`to "${word}" is ${expected ?? 'none'}`, () =>
      assert.equal(nearest(word, choices), expected));
  }

  it('is the very word where there is one', () => {
    for (const choice of choices) assert.equal(nearest(choice, choices), choice);
  });

  it('is none of none', () => assert.equal(nearest('sync', []), undefined));
});
