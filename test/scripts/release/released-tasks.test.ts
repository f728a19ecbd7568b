import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { root } from '../../../scripts/bundle.ts';
import { readIdentity } from '../../../scripts/release/identity.ts';
import {
  readRelease,
  recordOf,
  taskContents,
  versionFaults,
  type Release,
} from '../../../scripts/release/released-tasks.ts';

const released: Release = { version: '1.2.0', tasks: { 'tasks/A/V1': 'a', 'tasks/B/V1': 'b' } };
const contentsOf = (tasks: Release['tasks']) => () => Promise.resolve(tasks);

describe('The version of the project', () => {
  it('differs from the released one, or the tasks are the same; if not, run npm version', async () => {
    const { version } = readIdentity(root);
    assert.deepEqual(await versionFaults(readRelease(root), version, () => taskContents(root)), []);
  });
});

describe('A version', () => {
  const changed = { ...released.tasks, 'tasks/B/V1': 'other' };
  const cases = [
    { name: 'the same with the same tasks', version: '1.2.0', tasks: released.tasks, faults: [] },
    {
      name: 'the same with a changed task',
      version: '1.2.0',
      tasks: changed,
      faults: [/^tasks\/B\/V1 has changed since 1\.2\.0 was released: raise the version/],
    },
    {
      name: 'the same with a new task',
      version: '1.2.0',
      tasks: { ...released.tasks, 'tasks/C/V1': 'c' },
      faults: [/^tasks\/C\/V1 has changed/],
    },
    { name: 'a newer one with a changed task', version: '1.2.1', tasks: changed, faults: [] },
    {
      name: 'an older one',
      version: '1.1.9',
      tasks: released.tasks,
      faults: [/^1\.1\.9 is older than 1\.2\.0/],
    },
  ];
  for (const { name, version, tasks, faults } of cases) {
    it(`is ${faults.length === 0 ? 'right' : 'wrong'}: ${name}`, async () => {
      const found = await versionFaults(released, version, contentsOf(tasks));
      assert.equal(found.length, faults.length);
      for (const [at, fault] of faults.entries()) assert.match(found[at] ?? '', fault);
    });
  }
});

/** Code that is only in one task, like the agent's. */
const codeOf = (code: string) => (folder: string) =>
  Promise.resolve(folder === 'tasks/ArgoCDSync/V1' ? code : '');

describe('The content of a task', () => {
  let project: string;
  let original: Release['tasks'];
  before(async () => {
    project = mkdtempSync(join(tmpdir(), 'tasks-'));
    cpSync(join(root, 'tasks'), join(project, 'tasks'), { recursive: true });
    original = await taskContents(project, codeOf(''));
  });
  after(() => {
    rmSync(project, { recursive: true });
  });

  async function changedBy(path: string, change: (text: string) => string) {
    const file = join(project, path);
    const bytes = readFileSync(file);
    writeFileSync(file, change(bytes.toString('latin1')), 'latin1');
    const contents = await taskContents(project, codeOf(''));
    writeFileSync(file, bytes);
    return Object.keys(original).filter((folder) => contents[folder] !== original[folder]);
  }

  it('is recorded for each of them', () => {
    assert.equal(Object.keys(original).length, 6);
    assert.equal(new Set(Object.values(original)).size, 6);
  });

  it('differs for the task whose code changed', async () => {
    const contents = await taskContents(project, codeOf('run();'));
    const changed = Object.keys(original).filter((folder) => contents[folder] !== original[folder]);
    assert.deepEqual(changed, ['tasks/ArgoCDSync/V1']);
  });

  const gate = 'tasks/ArgoCDGate/V1';
  const cases = [
    {
      name: 'its task.json',
      path: `${gate}/task.json`,
      change: (text: string) => text.replace('"label": "', '"label": "New '),
      changed: [gate],
    },
    {
      name: 'its icon',
      path: `${gate}/icon.png`,
      change: (text: string) => `${text} `,
      changed: [gate],
    },
    {
      name: 'its version, which is not content',
      path: `${gate}/task.json`,
      change: (text: string) => text.replace(/"Patch": \d+/, '"Patch": 77'),
      changed: [],
    },
    {
      name: 'the layout of the file',
      path: `${gate}/task.json`,
      change: (text: string) => `${text}\n`,
      changed: [],
    },
  ];
  for (const { name, path, change, changed } of cases) {
    it(`is ${changed.length === 0 ? 'the same' : 'another'} with another ${name.replace(/^its |^the /, '')}`, async () => {
      assert.deepEqual(await changedBy(path, change), changed);
    });
  }
});

describe('The record of a release', () => {
  it('is read as it was written', () => {
    assert.deepEqual(JSON.parse(recordOf(released).text), released);
    assert.equal(recordOf(released).path, 'deploy/pipelines/released.json');
  });
});
