import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { LineSplitter } from '../../../simulators/agent/line-splitter.ts';

function split(...chunks: readonly (string | Buffer)[]): readonly string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => {
    lines.push(line);
  });
  for (const chunk of chunks) splitter.push(Buffer.from(chunk));
  splitter.end();
  return lines;
}

describe('Lines from a pipe', () => {
  const euro = Buffer.from('€');
  const cases: readonly { name: string; chunks: (string | Buffer)[]; lines: string[] }[] = [
    { name: 'end at any line break', chunks: ['a\nb\r\nc\rd'], lines: ['a', 'b', 'c', 'd'] },
    { name: 'may arrive in chunks', chunks: ['a', 'b\nc', 'd\n'], lines: ['ab', 'cd'] },
    { name: 'may be split inside \\r\\n', chunks: ['a\r', '\nb'], lines: ['a', 'b'] },
    { name: 'may be split after \\r', chunks: ['a\r', 'b\r'], lines: ['a', 'b'] },
    {
      name: 'may be split inside a character',
      chunks: [euro.subarray(0, 1), Buffer.concat([euro.subarray(1), Buffer.from('\n')])],
      lines: ['€'],
    },
    { name: 'may be empty', chunks: ['a\n\nb\n'], lines: ['a', '', 'b'] },
    { name: 'are not split by other separators', chunks: ['a\u2028b\n'], lines: ['a\u2028b'] },
  ];
  for (const { name, chunks, lines } of cases) {
    it(name, () => {
      assert.deepEqual(split(...chunks), lines);
    });
  }
});
