import assert from 'node:assert/strict';
import { spanCell } from '../../src/report/span-cell.ts';

describe('The cell of a time', () => {
  const table: readonly (readonly [number | undefined, number | undefined, string])[] = [
    [0, 20_000, '20 s'],
    [0, 999, '`<1 s`'],
    [0, undefined, ''],
    [undefined, 0, ''],
  ];
  for (const [startedAt, finishedAt, expected] of table) {
    it(`from ${startedAt} to ${finishedAt} is ${expected || 'empty'}`, () => {
      assert.equal(spanCell({ startedAt, finishedAt }), expected);
    });
  }
});
