import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { root } from '../../scripts/bundle.ts';

function refusal(words: readonly string[], environment: NodeJS.ProcessEnv): Promise<string> {
  const program = ['--import', 'tsx', 'scripts/test-windows.ts'];
  const options = { cwd: root, env: { ...process.env, ...environment } };
  return new Promise((resolve) => {
    execFile(process.execPath, [...program, ...words], options, (error, output, errors) => {
      assert.equal(error?.code, 2, errors);
      assert.equal(output, '');
      resolve(errors);
    });
  });
}

describe('The tests on the Windows build of Node', () => {
  const folder = mkdtempSync(join(tmpdir(), 'windows-node-test-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('say how to get that build if it is missing', async () => {
    const errors = await refusal(['--node', join(folder, 'none.exe')], {});
    assert.match(errors, /No Windows build of Node at .*none\.exe\. npm install --no-save/);
  });

  it('say how to get Wine if it is missing', async () => {
    const node = join(folder, 'node.exe');
    writeFileSync(node, '');
    const errors = await refusal(['--node', node], { PATH: folder, WINELOADER: undefined });
    assert.match(errors, /wine is missing: install Wine/);
  });

  it('say that the build does not run', async () => {
    const node = join(folder, 'node.exe');
    writeFileSync(node, '');
    const errors = await refusal(['--node', node], { WINELOADER: process.execPath });
    assert.match(errors, /node\.exe does not run on Wine; the Windows build of Node 20 does/);
  });
});
