import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  commands,
  logFormats,
  readCommandLine,
  usage,
  type CommandLine,
} from '../../../src/handler/cli/command-line.ts';

const serve = { kind: 'run', command: 'serve', config: 'handler.yaml' } as const;

describe('The command line of the handler', () => {
  const table: readonly (readonly [what: string, words: readonly string[], asked: CommandLine])[] =
    [
      ['serves by default', [], serve],
      ['serves if told to', ['serve', '--config', 'a.yaml'], { ...serve, config: 'a.yaml' }],
      ['logs as text if told to', ['--log', 'text'], { ...serve, log: 'text' }],
      ['logs as json if told to', ['serve', '--log=json'], { ...serve, log: 'json' }],
      [
        'takes the file to check as an argument',
        ['check-config', 'a.yaml'],
        { kind: 'run', command: 'check-config', config: 'a.yaml' },
      ],
      [
        'checks the other services as well',
        ['check-config', '--live'],
        { kind: 'run', command: 'check-config', config: 'handler.yaml', live: true },
      ],
      ['helps', ['serve', '-h'], { kind: 'help' }],
      ['prints its version', ['--version'], { kind: 'version' }],
    ];
  for (const [what, words, asked] of table) {
    it(what, () => assert.deepEqual(readCommandLine(words), asked));
  }

  const faults: readonly (readonly [words: readonly string[], message: RegExp])[] = [
    [['run'], /^Unknown command "run"\. Commands: serve, check-config, /],
    [['chekc-config'], /^Unknown command "chekc-config"\. Did you mean check-config\?$/],
    [['serve', 'a.yaml'], /^serve does not take "a\.yaml"\.$/],
    [['check-config', 'a.yaml', 'b.yaml'], /^check-config does not take "b\.yaml"\.$/],
    [['check-config', 'a.yaml', '--config', 'b.yaml'], /specified twice/],
    [['--log', 'xml'], /^Unknown log format "xml": use text or json\.$/],
    [['serve', '--live'], /^serve does not take --live\.$/],
    [['--color'], /--color/],
  ];
  for (const [words, message] of faults) {
    it(`refuses ${words.join(' ')}`, () => {
      const asked = readCommandLine(words);
      assert.equal(asked.kind, 'fault');
      assert.match(asked.message, message);
    });
  }

  it('explains every command and option', () => {
    for (const word of [...commands, ...logFormats, '--config', '--log', '--live', '--version']) {
      assert.ok(usage.includes(word), word);
    }
  });
});
