import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { readSoakArguments, type SoakAsked } from '../../../scripts/soak/arguments.ts';

const usual = { kills: 1_000, requests: 100_000, minutes: 20, seed: undefined };

describe('The command line of a soak', () => {
  const table: readonly (readonly [string, readonly string[], SoakAsked])[] = [
    ['does everything if it is empty', [], { kind: 'run', plan: usual }],
    [
      'takes numbers',
      ['--kills', '5', '--requests', '0', '--minutes', '1', '--seed', '42'],
      { kind: 'run', plan: { kills: 5, requests: 0, minutes: 1, seed: 42 } },
    ],
    ['asks for help', ['-h'], { kind: 'help' }],
    ['runs the tests on a busy machine', ['busy'], { kind: 'busy', runs: 3 }],
    ['runs them as often as requested', ['busy', '--runs', '1'], { kind: 'busy', runs: 1 }],
    ['asks for help about it', ['busy', '--help'], { kind: 'help' }],
    ['simulates follow-ups', ['follow-ups'], { kind: 'followUps', seeds: 8_000, first: 1 }],
    [
      'repeats a simulation from a seed',
      ['follow-ups', '--seeds', '1', '--first', '42'],
      { kind: 'followUps', seeds: 1, first: 42 },
    ],
    [
      'refuses an invalid number',
      ['--kills', 'many'],
      { kind: 'fault', messages: ['--kills is a whole number, not "many".'] },
    ],
  ];
  for (const [what, words, expected] of table) {
    it(what, () => assert.deepEqual(readSoakArguments(words), expected));
  }

  it('refuses unknown arguments', () => {
    assert.equal(readSoakArguments(['--fuzz']).kind, 'fault');
    assert.equal(readSoakArguments(['--seed=-1']).kind, 'fault');
    assert.equal(readSoakArguments(['kills']).kind, 'fault');
    assert.equal(readSoakArguments(['--runs', '1']).kind, 'fault');
    assert.equal(readSoakArguments(['busy', '--kills', '1']).kind, 'fault');
  });
});
