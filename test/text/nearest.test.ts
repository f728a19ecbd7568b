import assert from 'node:assert/strict';
import { nearest, nearestFirst } from '../../src/text/nearest.ts';

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

  it('comes first among all of them', () => {
    assert.deepEqual(nearestFirst('gat', ['prune', 'gate', 'ca']), ['gate', 'ca', 'prune']);
    assert.deepEqual(nearestFirst('x', ['b', 'a']), ['b', 'a']);
  });

  it('is none of none', () => assert.equal(nearest('sync', []), undefined));
});
