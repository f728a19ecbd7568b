import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { parseArguments, type BenchArguments } from '../../../scripts/bench/arguments.ts';

const names = ['cold-start', 'latency'];

describe('The command line of the bench', () => {
  const table: readonly (readonly [string, readonly string[], BenchArguments])[] = [
    ['measures everything when it is empty', [], { kind: 'run' }],
    ['chooses one group', ['--only', 'latency'], { kind: 'run', only: 'latency' }],
    ['takes a file for the figures', ['--json', 'a.json'], { kind: 'run', jsonFile: 'a.json' }],
    ['asks for help', ['--help'], { kind: 'help' }],
    [
      'names the groups to whoever asks for another',
      ['--only', 'speed'],
      { kind: 'fault', message: 'There is no group "speed". There are: cold-start, latency.' },
    ],
  ];
  for (const [what, words, expected] of table) {
    it(what, () => assert.deepEqual(parseArguments(words, names), expected));
  }

  it('refuses what it does not know', () => {
    assert.equal(parseArguments(['--samples', '5'], names).kind, 'fault');
    assert.equal(parseArguments(['latency'], names).kind, 'fault');
  });
});
