import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { root } from '../../scripts/bundle.ts';
import { suiteOf, suites } from '../../scripts/suites.ts';
import { findTestFiles } from '../../scripts/test-files.ts';

describe('The tests of a file', () => {
  const decide = 'test/sync/rules/decide.test.ts';
  const asked: readonly (readonly [what: string, path: string, file: string])[] = [
    ['of a test file are itself', decide, decide],
    ['of a source file are those that mirror it', 'src/sync/rules/decide.ts', decide],
    ['of an absolute path are the same', join(root, 'src/sync/rules/decide.ts'), decide],
    ['of a path with ./ are the same', './src/sync/rules/decide.ts', decide],
    ['of a script are below test/scripts', 'scripts/stage.ts', 'test/scripts/stage.test.ts'],
    [
      'of a simulator are below test/simulators',
      'simulators/argo-cd/stream.ts',
      'test/simulators/argo-cd/stream.test.ts',
    ],
  ];
  for (const [what, path, file] of asked) {
    it(what, () => {
      assert.deepEqual(findTestFiles([path]), { files: [file] });
    });
  }

  it('run once, however often they are named', () => {
    assert.deepEqual(findTestFiles([decide, 'src/sync/rules/decide.ts']), { files: [decide] });
  });

  it('are suggested for misspelled names, and required if there are none', () => {
    assert.deepEqual(findTestFiles(['test/sync/rules/decid.test.ts', 'src/task/main.ts']), {
      messages: [
        'No such test file: test/sync/rules/decid.test.ts. Did you mean test/sync/rules/decide.test.ts?',
        'src/task/main.ts has no tests of its own (test/task/main.test.ts does not exist). Did you mean test/task/run.test.ts?',
      ],
    });
  });
});

describe('The suites', () => {
  const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => `test/${file.replaceAll('\\', '/')}`);

  it('contain every test file once', () => {
    for (const file of files) {
      const taking = suites.filter(
        ({ folder, without }) =>
          file.startsWith(`${folder}/`) &&
          (without === undefined || !file.startsWith(`${without}/`)),
      );
      assert.deepEqual(taking, [suiteOf(file)], file);
    }
  });

  it('run the handler on Node 24', () => {
    assert.equal(suiteOf('test/handler/rights.test.ts')?.needsNode24, true);
    assert.equal(suiteOf('test/handler/process/start.test.ts')?.needsNode24, true);
    assert.equal(suiteOf('test/sync/rules/decide.test.ts')?.needsNode24, false);
  });
});
