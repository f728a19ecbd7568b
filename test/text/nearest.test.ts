import assert from 'node:assert/strict';
import { nearest, nearestFirst } from '../../src/text/nearest.ts';

const choices = ['sync', 'prune', 'force', 'terminate', 'rollback', 'gate', 'ca', 'url'];

describe('The most similar choice', () => {
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
    it(`for "${word}" is ${expected ?? 'none'}`, () =>
      assert.equal(nearest(word, choices), expected));
  }

  it('is the word itself if it exists', () => {
    for (const choice of choices) assert.equal(nearest(choice, choices), choice);
  });

  it('comes first among all of them', () => {
    assert.deepEqual(nearestFirst('gat', ['prune', 'gate', 'ca']), ['gate', 'ca', 'prune']);
    assert.deepEqual(nearestFirst('x', ['b', 'a']), ['b', 'a']);
  });

  it('is undefined without choices', () => assert.equal(nearest('sync', []), undefined));
});
