import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { root } from '../../../scripts/bundle.ts';
import { readIdentity } from '../../../scripts/release/identity.ts';
import { stampedFiles, taskFiles } from '../../../scripts/release/stamped-files.ts';

describe('The files that repeat what package.json decides', () => {
  for (const { path, text } of stampedFiles(root)) {
    it(`follow it; if not, run npm run stamp: ${path}`, () => {
      assert.equal(readFileSync(join(root, path), 'utf8'), text);
    });
  }

  it('are the manifest, every task, what names the image, and the listing', () => {
    const paths = stampedFiles(root).map(({ path }) => path);
    assert.deepEqual(paths.slice(0, 1), ['vss-extension.json']);
    assert.equal(taskFiles(root).length, 6);
    for (const path of [...taskFiles(root), 'docs/handler.md', 'docs/marketplace.md']) {
      assert.ok(paths.includes(path), path);
    }
  });

  it('are the only ones that name the repository', () => {
    const { repository } = readIdentity(root);
    for (const path of ['README.md', 'docs/releasing.md', 'deploy/pipelines/release.yml']) {
      assert.ok(!readFileSync(join(root, path), 'utf8').includes(repository), path);
    }
  });

  it('match the version in the lock file', () => {
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      readonly version: string;
    };
    assert.equal(lock.version, readIdentity(root).version);
  });
});
