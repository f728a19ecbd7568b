import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { describe, it } from 'mocha';
import { readJson, root, task } from './extension-files.ts';
import { faultsOf, readSteps } from './yaml-steps.ts';

const folder = join(root, 'examples');
const examples = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

interface ReleaseTask {
  readonly taskId: string;
  readonly version: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

interface Pipeline {
  readonly parameters: readonly { readonly name: string }[];
  readonly stages: readonly {
    readonly template: string;
    readonly parameters: Readonly<Record<string, unknown>>;
  }[];
}

interface Release {
  readonly environments: readonly {
    readonly deployPhases: readonly { readonly workflowTasks: readonly ReleaseTask[] }[];
  }[];
}

describe('The examples', () => {
  it('are all listed, and all that is listed is there', () => {
    const index = readFileSync(join(folder, 'README.md'), 'utf8');
    const listed = [...index.matchAll(/^\| \[([\w-]+)\]/gm)].map(([, name]) => name);
    assert.deepEqual(listed.sort(), [...examples].sort());
    assert.equal(examples.length, 9);
  });

  for (const name of examples.filter((each) => each !== 'classic-release')) {
    it(`begin with what they show and need: ${name}`, () => {
      const file = join(folder, name, 'azure-pipelines.yml');
      assert.match(readFileSync(file, 'utf8'), /^# .+\n(?:#.*\n)*# Needs:\n# - .+\n/);
    });

    it(`use the task: ${name}`, () => {
      const files = readdirSync(join(folder, name)).map((file) => join(folder, name, file));
      const steps = files.flatMap((file) => readSteps(file, task.name));
      assert.ok(steps.length > 0);
      for (const { inputs } of steps) {
        assert.notEqual('applications' in inputs, 'selector' in inputs);
        assert.ok(inputs.project, 'without it, errors are less exact');
      }
    });
  }

  it('are YAML, the promotion with parameters that its template has', () => {
    const read = (file: string) => load(readFileSync(join(folder, file), 'utf8')) as Pipeline;
    const { stages } = read('promotion/azure-pipelines.yml');
    const known = read('promotion/stage.yml').parameters.map(({ name }) => name);
    assert.equal(stages.length, 3);
    for (const { template, parameters } of stages) {
      assert.equal(template, 'stage.yml');
      assert.deepEqual(
        Object.keys(parameters).filter((name) => !known.includes(name)),
        [],
      );
    }
  });

  it('have a classic release whose task is this one', () => {
    const release = readJson('examples/classic-release/release-definition.json') as Release;
    const tasks = release.environments.flatMap(({ deployPhases }) =>
      deployPhases.flatMap(({ workflowTasks }) => workflowTasks),
    );
    assert.deepEqual(
      tasks.map(({ taskId, version }) => ({ taskId, version })),
      [{ taskId: task.id, version: `${task.version.Major}.*` }],
    );
    const name = `${task.name}@${task.version.Major}`;
    assert.deepEqual(
      tasks.flatMap(({ inputs }) => faultsOf({ source: 'release', task: name, inputs }, task)),
      [],
    );
  });
});
