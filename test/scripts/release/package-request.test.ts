import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { packageUsage, readPackageRequest } from '../../../scripts/release/package-request.ts';

describe('The arguments of npm run package', () => {
  it('default to a private package of the unchanged project', () => {
    assert.deepEqual(readPackageRequest([]), {
      kind: 'package',
      isPreview: false,
      isPublic: false,
    });
  });

  it('are read from options', () => {
    const words =
      '--publisher fabrikam --version 1.2.3 --preview --public --extension-id argo-trial';
    assert.deepEqual(readPackageRequest(words.split(' ')), {
      kind: 'package',
      publisher: 'fabrikam',
      version: '1.2.3',
      extensionId: 'argo-trial',
      isPreview: true,
      isPublic: true,
    });
  });

  it('may have values after =', () => {
    assert.deepEqual(readPackageRequest(['--publisher=fabrikam']), {
      kind: 'package',
      publisher: 'fabrikam',
      isPreview: false,
      isPublic: false,
    });
  });

  const wrong = [
    { words: ['--publisher'], message: /^--publisher needs a value/ },
    { words: ['--publisher', '--preview'], message: /^--publisher needs a value/ },
    { words: ['--publisher', 'My Company'], message: /^--publisher takes letters.*"My Company"/ },
    { words: ['--publisher', 'set-your-publisher'], message: /is a placeholder: give your own/ },
    { words: ['--extension-id', 'a_b'], message: /^--extension-id takes letters/ },
    ...['1', '1.2', 'v1.2.3', '1.2.3.4', '01.2.3', '1.2.x', '1.2.3-rc.1', ''].map((version) => ({
      words: [`--version=${version}`],
      message: /^--version needs three numbers, such as 1\.2\.3/,
    })),
    {
      words: ['--publish', 'x'],
      message: /^Unknown option --publish\. Did you mean --publisher\?/,
    },
    { words: ['--preview=no'], message: /^--preview takes no value/ },
    { words: ['fabrikam'], message: /^Unexpected argument 'fabrikam'/ },
  ];
  for (const { words, message } of wrong) {
    it(`are refused in a sentence: ${words.join(' ')}`, () => {
      const read = readPackageRequest(words);
      assert.ok(read.kind === 'fault');
      assert.equal(read.messages.length, 1);
      assert.match(read.messages[0] ?? '', message);
    });
  }

  it('report all faults at once', () => {
    const read = readPackageRequest(['--publisher', 'a b', '--version', '1']);
    assert.ok(read.kind === 'fault');
    assert.equal(read.messages.length, 2);
  });

  it('may ask for help', () => {
    assert.equal(readPackageRequest(['--help', '--version', '1']).kind, 'help');
    for (const option of ['publisher', 'version', 'preview', 'public', 'extension-id']) {
      assert.ok(packageUsage.includes(`--${option}`), option);
    }
  });
});
