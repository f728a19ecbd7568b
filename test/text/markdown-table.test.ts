import assert from 'node:assert/strict';
import { markdownTable } from '../../src/text/markdown-table.ts';

describe('A Markdown table', () => {
  it('is readable without rendering', () => {
    assert.equal(
      markdownTable(['A', 'Longer'], [['long cell', 'x'], ['y']]),
      `
| A         | Longer |
| --------- | ------ |
| long cell | x      |
| y         |        |
`.trim(),
    );
  });

  it('does not widen a column for one very long cell', () => {
    const [header = ''] = markdownTable(['A'], [['x'.repeat(900)]]).split('\n');
    assert.equal(header.length, 44);
  });
});
