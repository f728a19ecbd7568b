import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'mocha';
import { root } from '../../scripts/bundle.ts';

interface Ended {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

function run(words: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, [...words], { cwd: root }, (error, output, errors) => {
      resolve({ code: error ? Number(error.code) : 0, output, errors });
    });
  });
}

const testOne = ['--import', 'tsx', 'scripts/test-one.ts'];

describe('Running the tests of one file', () => {
  it('runs only that file with mocha', async () => {
    const { code, output } = await run(['node_modules/mocha/bin/mocha.js', 'test/secret.test.ts']);
    assert.equal(code, 0, output);
    assert.match(output, /^ {2}\d{1,2} passing/m, 'those of the file, and not thousands');
  });

  it('accepts the source file, and can select the tests that contain a text', async () => {
    const { code, output } = await run([
      ...testOne,
      'src/text/nearest.ts',
      '--grep',
      'nothing has',
    ]);
    assert.equal(code, 0, output);
    assert.match(output, /^ {2}0 passing/m);
  });

  it("runs the handler's tests on Node 24, whichever Node runs this", async () => {
    const { code, output } = await run([...testOne, 'src/text/glob.ts']);
    assert.equal(code, 0, output);
    assert.match(output, /^ {2}\d+ passing/m);
  });

  it('refuses a file without tests in a sentence', async () => {
    const { code, output, errors } = await run([...testOne, 'test/nowhere.test.ts']);
    assert.equal(code, 2, output);
    assert.match(errors, /^No such test file: test\/nowhere\.test\.ts\./);
  });
});
