import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { stage } from '../../scripts/stage.ts';

const manifest = {
  icons: { default: 'images/icon.png' },
  content: { details: { path: 'README.md' } },
  files: [{ path: 'tasks/Probe' }],
};
const shipped = [
  'README.md',
  'images/icon.png',
  'tasks/Probe/V1/icon.png',
  'tasks/Probe/V1/index.js',
  'tasks/Probe/V1/package.json',
  'tasks/Probe/V1/task.json',
  'tasks/Probe/V2/task.json',
  'vss-extension.json',
];

describe('The files staged for the VSIX', () => {
  let project: string;
  let folder: string;
  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), 'stage-'));
    folder = join(project, 'out/extension');
    for (const file of shipped) write(file);
    writeFileSync(join(project, 'vss-extension.json'), JSON.stringify(manifest));
  });
  afterEach(() => {
    rmSync(project, { recursive: true });
  });

  function write(file: string): void {
    mkdirSync(dirname(join(project, file)), { recursive: true });
    writeFileSync(join(project, file), '');
  }

  function staged(): readonly string[] {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => statSync(join(folder, file)).isFile())
      .map((file) => file.replaceAll('\\', '/'))
      .sort();
  }

  it('are those that the manifest names', () => {
    stage(project, folder);
    assert.deepEqual(staged(), [...shipped].sort());
  });

  it('exclude other files in the project and beside a task', () => {
    write('notes.txt');
    write('images/icon.svg');
    write('tasks/Probe/V1/.taskkey');
    write('tasks/Probe/V1/index.js.map');
    write('tasks/Probe/V1/node_modules/x/index.js');
    stage(project, folder);
    assert.deepEqual(staged(), [...shipped].sort());
  });

  it('exclude files of an earlier build', () => {
    write('out/extension/old.js');
    stage(project, folder);
    assert.ok(!staged().includes('old.js'));
  });

  it('must exist', () => {
    rmSync(join(project, 'README.md'));
    assert.throws(() => {
      stage(project, folder);
    }, /names README.md, which does not exist/);
  });
});
