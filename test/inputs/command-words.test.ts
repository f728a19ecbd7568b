import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { readWords } from '../../src/inputs/command-words.ts';

const options = {
  only: { type: 'string' },
  json: { type: 'string' },
  build: { type: 'boolean' },
} as const;

describe('The words after the name of a program', () => {
  it('are sorted into options and arguments', () => {
    const words = ['one', '--only', 'a', '--json=-', '--build', '--', '--two'];
    const read = readWords(words, options, { takesOthers: true });
    assert.ok(read.kind === 'words');
    assert.deepEqual({ ...read.values }, { only: 'a', json: '-', build: true });
    assert.deepEqual(read.others, ['one', '--two']);
  });

  for (const words of [['--help'], ['-h'], ['--only', 'a', '-h'], ['--fast', '--help']]) {
    it(`ask for help: ${words.join(' ')}`, () => {
      assert.deepEqual(readWords(words, options), { kind: 'help' });
    });
  }

  it('do not ask for help after --, where an option is just an argument', () => {
    assert.equal(readWords(['--', '--help'], options, { takesOthers: true }).kind, 'words');
  });

  const faults: readonly (readonly [words: readonly string[], messages: readonly string[]])[] = [
    [['--onyl', 'a'], ['Unknown option --onyl. Did you mean --only?']],
    [['--parallel'], ['Unknown option --parallel. Options: --only, --json, --build, --help.']],
    [['-x'], ['Unknown option -x. Options: --only, --json, --build, --help.']],
    [['--only'], ['--only needs a value: use --only VALUE.']],
    [
      ['--only', '--json', 'a'],
      ['--only needs a value: use --only VALUE.', "Unexpected argument 'a'."],
    ],
    [['--build=yes'], ['--build takes no value: remove the = and everything after it.']],
    [['latency'], ["Unexpected argument 'latency'."]],
    [
      ['latency', '--only', '--build=no'],
      ["Unexpected argument 'latency'.", '--only needs a value: use --only VALUE.'],
    ],
  ];
  for (const [words, messages] of faults) {
    it(`are refused with a sentence for each fault: ${words.join(' ')}`, () => {
      assert.deepEqual(readWords(words, options), { kind: 'fault', messages });
    });
  }

  it('never repeat the possible value of an unknown option, which may be a secret', () => {
    for (const words of [['--password', 's3cret'], ['--password=s3cret'], ['-p', 's3cret']]) {
      const read = readWords(words, options);
      assert.ok(read.kind === 'fault');
      assert.equal(read.messages.length, 1);
      assert.doesNotMatch(read.messages.join('\n'), /s3cret/);
    }
  });
});
