import assert from 'node:assert/strict';
import { printDuration, printSpan } from '../../src/text/duration-text.ts';

describe('A duration', () => {
  for (const [milliseconds, text] of [
    [-5, '<1 s'],
    [0, '<1 s'],
    [999, '<1 s'],
    [1_000, '1 s'],
    [4_400, '4 s'],
    [59_600, '1 min'],
    [65_000, '1 min 05 s'],
    [1_800_000, '30 min'],
    [3_599_700, '1 h'],
    [4_800_000, '1 h 20 min'],
    [604_800_000, '168 h'],
  ] as const) {
    it(`of ${milliseconds} ms is ${text}`, () => assert.equal(printDuration(milliseconds), text));
  }

  it('is empty if an end is unknown', () => {
    assert.equal(printSpan(undefined, 5), '');
    assert.equal(printSpan(5, undefined), '');
    assert.equal(printSpan(1_000, 3_000), '2 s');
  });
});
