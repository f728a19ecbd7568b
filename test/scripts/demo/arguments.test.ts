import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { parseArguments } from '../../../scripts/demo/arguments.ts';

const names = ['success', 'superseded'];

describe('The arguments of the demo', () => {
  const cases = [
    { words: [], parsed: { kind: 'run' } },
    { words: ['--only', 'success'], parsed: { kind: 'run', only: 'success' } },
    { words: ['--svg', 'a.svg'], parsed: { kind: 'run', svgFile: 'a.svg' } },
    { words: ['--help'], parsed: { kind: 'help' } },
    {
      words: ['--only', 'all'],
      parsed: { kind: 'fault', message: 'There is no run "all". There are: success, superseded.' },
    },
  ];
  for (const { words, parsed } of cases) {
    it(`are read: ${words.join(' ') || 'none'}`, () => {
      assert.deepEqual(parseArguments(words, names), parsed);
    });
  }

  it('are refused when they are unknown or lack a value', () => {
    assert.equal(parseArguments(['--fast'], names).kind, 'fault');
    assert.equal(parseArguments(['--svg'], names).kind, 'fault');
  });
});
