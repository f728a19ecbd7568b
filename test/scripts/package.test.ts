import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const root = new URL('../../', import.meta.url).pathname;

describe('npm run package', () => {
  for (const word of ['--help', '-h']) {
    it(`says what it does, and does nothing, with ${word}`, async () => {
      const words = ['--import', 'tsx', 'scripts/package.ts', word];
      const { stdout } = await promisify(execFile)(process.execPath, words, { cwd: root });
      assert.match(stdout, /npm run package -- --publisher NAME/);
      assert.doesNotMatch(stdout, /vsix/);
    });
  }
});
