import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { parseArguments, type Asked } from '../../scripts/one-of-several.ts';

const several = { names: ['cold-start', 'latency'], noun: 'group', fileOption: 'json' };

describe('The command line of a command that does one of several things', () => {
  const table: readonly (readonly [string, readonly string[], Asked])[] = [
    ['does everything if it is empty', [], { kind: 'run' }],
    ['chooses one', ['--only', 'latency'], { kind: 'run', only: 'latency' }],
    ['takes a file', ['--json', 'a.json'], { kind: 'run', file: 'a.json' }],
    ['asks for help', ['--help'], { kind: 'help' }],
    [
      'lists the options for an unknown one',
      ['--only', 'speed'],
      { kind: 'fault', messages: ['Unknown group "speed". Choose one of: cold-start, latency.'] },
    ],
  ];
  for (const [what, words, expected] of table) {
    it(what, () => assert.deepEqual(parseArguments(words, several), expected));
  }

  it('refuses unknown arguments', () => {
    assert.equal(parseArguments(['--samples', '5'], several).kind, 'fault');
    assert.equal(parseArguments(['latency'], several).kind, 'fault');
  });
});
