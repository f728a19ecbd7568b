import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { root } from '../../../scripts/bundle.ts';
import { adaptStaged } from '../../../scripts/release/adapt.ts';
import { publicFaults } from '../../../scripts/release/public-faults.ts';
import { stampedFiles } from '../../../scripts/release/stamped-files.ts';

/** The parts that are read of a project. */
const files = [
  'package.json',
  'tasks',
  'deploy/pipelines/released.json',
  ...stampedFiles(root).map(({ path }) => path),
];

describe('A public package', () => {
  let project: string;
  let staged: string;
  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), 'public-'));
    staged = join(project, 'out');
    for (const path of files) copy(join(root, path), join(project, path));
    edit('package.json', /"url": "[^"]*"/, '"url": "https://git.example.com/fabrikam/argo"');
    stampProject();
    edit('deploy/pipelines/released.json', /"version": "[^"]*"/, '"version": "0.0.1"');
  });
  afterEach(() => {
    rmSync(project, { recursive: true });
  });

  function copy(from: string, to: string): void {
    mkdirSync(dirname(to), { recursive: true });
    cpSync(from, to, { recursive: true });
  }

  function edit(path: string, what: RegExp, by: string): void {
    const file = join(project, path);
    writeFileSync(file, readFileSync(file, 'utf8').replace(what, by));
  }

  function stampProject(): void {
    for (const { path, text } of stampedFiles(project)) writeFileSync(join(project, path), text);
  }

  function faults(publisher: string | undefined, version?: string): Promise<readonly string[]> {
    for (const path of ['vss-extension.json', 'tasks', 'docs/marketplace.md']) {
      copy(join(project, path), join(staged, path));
    }
    adaptStaged(staged, { isPublic: true, ...(publisher !== undefined && { publisher }) });
    return publicFaults(project, staged, version);
  }

  it('is ready with a publisher, a repository and a new version', async () => {
    assert.deepEqual(await faults('fabrikam'), []);
  });

  it('is not ready without a publisher', async () => {
    assert.deepEqual(await faults(undefined), [
      'set-your-publisher is a placeholder: give --publisher ID.',
    ]);
  });

  it("is not ready without the project's location", async () => {
    edit('package.json', /"url": "[^"]*"/, '"url": "https://git.example.com/set-your-repository"');
    stampProject();
    assert.deepEqual(await faults('fabrikam'), [
      'set-your-repository is a placeholder: set repository.url in package.json, then run npm run stamp.',
    ]);
  });

  it("is not ready with another version than the project's", async () => {
    const [fault, ...more] = await faults('fabrikam', '9.9.9');
    assert.equal(more.length, 0);
    assert.match(fault ?? '', /must have the version of package\.json, [\d.]+, not 9\.9\.9/);
  });

  it('is not ready if a file does not follow package.json', async () => {
    edit('package.json', /"version": "[^"]*"/, '"version": "1.77.0"');
    const found = await faults('fabrikam');
    assert.ok(found.includes('vss-extension.json does not match package.json: run npm run stamp.'));
  });

  it('is not ready with changed tasks in a released version', async () => {
    const { version } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as {
      readonly version: string;
    };
    edit('deploy/pipelines/released.json', /"version": "[^"]*"/, `"version": "${version}"`);
    edit('deploy/pipelines/released.json', /sha256:\w{9}/, 'sha256:000000000');
    const found = await faults('fabrikam');
    assert.ok(found.length > 0);
    for (const fault of found) assert.match(fault, /has changed since .* raise the version/);
  });
});
