import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { parseArguments } from '../../../scripts/record/arguments.ts';

const least = 'plain --server https://argocd.contoso.com/ --token-env TOKEN --application shop';
const parse = (words: string) => parseArguments(words.split(' '));

describe('The arguments of the recorder', () => {
  it('require a name, a server, a token and an application; the rest has defaults', () => {
    const asked = parse(least);
    assert(asked.kind === 'run');
    assert.deepEqual(asked.arguments, {
      name: 'plain',
      server: 'https://argocd.contoso.com',
      tokenVariable: 'TOKEN',
      caFile: undefined,
      application: { name: 'shop', namespace: undefined },
      project: 'default',
      files: undefined,
      replacements: [],
      folder: 'test/fixtures/argo-cd/recordings',
      overwrite: false,
      steps: [
        'get',
        'refresh',
        'manifests',
        'sync',
        'wait',
        'pause',
        'get',
        'refresh',
        'tree',
        'events',
      ].map((name) => ({ name, values: {} })),
    });
  });

  it('accept an application in another namespace, and names to be replaced', () => {
    const asked = parse(
      `${least} --replace contoso=example --replace a=b`.replace('shop', 'a/shop'),
    );
    assert(asked.kind === 'run');
    assert.deepEqual(asked.arguments.application, { name: 'shop', namespace: 'a' });
    assert.deepEqual(asked.arguments.replacements, [
      ['contoso', 'example'],
      ['a', 'b'],
    ]);
  });

  it('accept steps with values, numbers, booleans and lists as in JSON', () => {
    const asked = parse(
      `${least} -- sync revision=main prune=true sourcePositions=[1] wait seconds=5`,
    );
    assert(asked.kind === 'run');
    assert.deepEqual(asked.arguments.steps, [
      { name: 'sync', values: { revision: 'main', prune: true, sourcePositions: [1] } },
      { name: 'wait', values: { seconds: 5 } },
    ]);
  });

  const wrong: readonly (readonly [words: string, messages: readonly RegExp[]])[] = [
    [
      '',
      [
        /^What is the name of the recording/,
        /^Which Argo CD/,
        /^Which token/,
        /^Which application/,
      ],
    ],
    [least.replace('plain', '../plain'), [/^What is the name of the recording/]],
    [`${least} more`, [/^Unexpected argument 'more'/]],
    [least.replace('https://', ''), [/^--server must be a URL/]],
    [`${least} --replace contoso`, [/^--replace needs both names/]],
    [`${least} -- snyc`, [/^Unknown step snyc\. Did you mean sync\?$/]],
    [`${least} -- revision=main sync`, [/^'revision=…' belongs to no step/]],
  ];
  for (const [words, messages] of wrong) {
    it(`are refused, with all faults at once: ${words}`, () => {
      const asked = parse(words);
      assert(asked.kind === 'fault');
      assert.equal(asked.messages.length, messages.length, asked.messages.join('\n'));
      for (const [index, message] of messages.entries())
        assert.match(asked.messages[index] ?? '', message);
    });
  }
});
