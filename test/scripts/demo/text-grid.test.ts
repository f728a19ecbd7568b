import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { cut, textGrid } from '../../../scripts/demo/text-grid.ts';

describe('A text grid', () => {
  it('aligns its columns', () => {
    assert.deepEqual(
      textGrid(
        [
          ['a', 'bb', 'c'],
          ['aaa', 'b'],
        ],
        80,
      ),
      ['a    bb  c', 'aaa  b'],
    );
  });

  it('shortens the last column first', () => {
    assert.deepEqual(textGrid([['name', 'a message that is too long']], 24), [
      'name  a message that is…',
    ]);
  });

  it('is empty without rows', () => {
    assert.deepEqual(textGrid([], 80), []);
  });

  it('is never wider than allowed', () => {
    const rows = fc.array(fc.array(fc.string(), { minLength: 1, maxLength: 4 }));
    fc.assert(
      fc.property(rows, fc.integer({ min: 12, max: 80 }), (cells, width) => {
        for (const text of textGrid(cells, width)) assert.ok(text.length <= width);
      }),
    );
  });

  it('marks where something was removed', () => {
    assert.equal(cut('whole', 5), 'whole');
    assert.equal(cut('longer', 5), 'long…');
  });
});
