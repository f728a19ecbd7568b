import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadFollowUps } from '../../src/task/follow-ups-module.ts';
import { UserError } from '../../src/user-error.ts';

describe('The follow-up bundle', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'follow-ups-'))));
  after(() => rmSync(folder, { recursive: true }));

  it('is expected beside the program, and its absence is reported with what to do', async () => {
    await assert.rejects(loadFollowUps(join(folder, 'index.js')), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, /follow-ups\.js of the task, which is missing/);
      return /Reinstall the extension/.test(error.advice);
    });
  });

  it('is what that file exports', async () => {
    writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }');
    writeFileSync(join(folder, 'follow-ups.js'), 'exports.parse = () => ({ value: 7 });');
    const loaded = await loadFollowUps(join(folder, 'index.js'));
    assert.deepEqual(loaded.parse('', {} as never), { value: 7 });
  });
});
