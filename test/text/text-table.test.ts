import assert from 'node:assert/strict';
import { textTable } from '../../src/text/text-table.ts';

describe('A text table', () => {
  it('aligns its columns and leaves no trailing spaces', () => {
    assert.deepEqual(
      textTable([
        ['a', 'long', 'x'],
        ['longer', 'b', ''],
      ]),
      ['a       long  x', 'longer  b'],
    );
    assert.deepEqual(textTable([]), []);
  });
});
