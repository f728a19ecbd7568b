import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { load } from 'js-yaml';
import { describe, it } from 'mocha';
import { parseArguments } from '../../src/handler/cli/create-check/arguments.ts';
import {
  checkConfiguration,
  faultsOfRequest,
} from '../../src/handler/cli/create-check/check-configuration.ts';
import { describeFaults } from '../../simulators/azure-devops/description.ts';
import { readPipeline } from '../../simulators/azure-devops/yaml-pipeline.ts';
import {
  allTasks,
  directTask,
  eventTask,
  gate,
  healthGate,
  readJson,
  root,
  serverTask,
  task,
} from './extension-files.ts';
import { faultsOf, readSteps } from './yaml-steps.ts';

const folder = join(root, 'examples');
const foldersIn = (path: string) =>
  readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
const filesIn = (path: string) =>
  readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => join(path, name));
const examples = [
  ...foldersIn(folder).filter((name) => name !== 'gitops'),
  ...foldersIn(join(folder, 'gitops')).map((name) => `gitops/${name}`),
];
const has = (file: string) => (name: string) => existsSync(join(folder, name, file));
const pipelines = examples.filter(has('azure-pipelines.yml'));
const releases = examples.filter(has('release-definition.json'));

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
    readonly deployPhases: readonly {
      readonly phaseType: string;
      readonly workflowTasks: readonly ReleaseTask[];
    }[];
    readonly preDeploymentGates?: {
      readonly gates: readonly { readonly tasks: readonly ReleaseTask[] }[];
    };
  }[];
}

function readRelease(name: string): Release {
  return readJson(`examples/${name}/release-definition.json`) as Release;
}

function deployTasks({ environments }: Release): readonly ReleaseTask[] {
  return environments.flatMap(({ deployPhases }) =>
    deployPhases.flatMap(({ workflowTasks }) => workflowTasks),
  );
}

function gateTasks({ environments }: Release): readonly ReleaseTask[] {
  return environments.flatMap(({ preDeploymentGates }) =>
    (preDeploymentGates?.gates ?? []).flatMap(({ tasks }) => tasks),
  );
}

describe('The examples', () => {
  it('are all listed, and everything listed exists', () => {
    const index = readFileSync(join(folder, 'README.md'), 'utf8');
    const listed = [...index.matchAll(/^\| \[([\w/-]+)\]/gm)].map(([, name]) => name);
    assert.deepEqual(listed.sort(), [...examples].sort());
    assert.equal(examples.length, 19);
  });

  it('are pipelines, or explained by a page; those of several files are both', () => {
    for (const name of examples) {
      const isWhole = name.startsWith('gitops/');
      assert.equal(has('README.md')(name), isWhole || !pipelines.includes(name), name);
    }
  });

  for (const name of pipelines) {
    it(`start with what they show and need: ${name}`, () => {
      const file = join(folder, name, 'azure-pipelines.yml');
      assert.match(readFileSync(file, 'utf8'), /^# .+\n(?:#.*\n)*# Needs:\n# - .+\n/);
    });

    it(`use our tasks: ${name}`, () => {
      const files = filesIn(join(folder, name));
      const steps = files.flatMap((file) => allTasks.flatMap((each) => readSteps(file, each.name)));
      assert.ok(steps.length > 0);
      for (const { task: used, inputs } of steps) {
        if (used.startsWith(eventTask.name)) continue;
        assert.ok(inputs.project, 'without it, errors are less exact');
        if (['applications', 'selector'].every((input) => !(input in inputs))) {
          assert.ok([healthGate, directTask].some(({ name: known }) => used.startsWith(known)));
          continue;
        }
        assert.notEqual('applications' in inputs, 'selector' in inputs);
      }
    });
  }

  it('are YAML, the promotion with parameters that its template declares', () => {
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
});

describe('The queued pipelines among the examples', () => {
  const queued = examples
    .flatMap((name) => filesIn(join(folder, name)))
    .filter((file) => file.endsWith('.yml'))
    .map((file) => ({ file, text: readFileSync(file, 'utf8') }))
    .filter(({ text }) => /^ *- name: event$/m.test(text));

  it('exist', () => assert.equal(queued.length, 8));

  for (const { file, text } of queued) {
    it(`claim their event first, and can be found by it: ${relative(root, file)}`, () => {
      const { name, parameters, stages } = readPipeline(text);
      assert.equal(name, 'argocd-${{ parameters.event }}');
      assert.deepEqual(parameters, [{ name: 'event', type: 'number', default: '0' }]);
      const [first, ...others] = stages[0]?.jobs ?? [];
      assert.deepEqual(
        first?.steps.map(({ task: used }) => used),
        ['ArgoCDEvent@1'],
      );
      assert.ok(first?.isAgentless && others.length > 0);
      for (const job of others) assert.deepEqual(job.dependsOn, [first.name]);
    });
  }
});

describe('The classic releases among the examples', () => {
  const expected = [
    { name: 'classic-release', deploys: [task], gates: [] },
    { name: 'classic-agentless', deploys: [serverTask], gates: [] },
    { name: 'release-gate', deploys: [serverTask, serverTask], gates: [gate, healthGate] },
  ];

  it('are all checked', () => {
    assert.deepEqual(expected.map(({ name }) => name).sort(), [...releases].sort());
  });

  for (const { name, deploys, gates } of expected) {
    const release = readRelease(name);

    it(`use our tasks: ${name}`, () => {
      for (const [used, known] of [
        [deployTasks(release), deploys],
        [gateTasks(release), gates],
      ] as const) {
        assert.deepEqual(
          used.map(({ taskId, version }) => ({ taskId, version })),
          known.map(({ id, version }) => ({ taskId: id, version: `${version.Major}.*` })),
        );
        const faults = used.flatMap(({ inputs }, place) => {
          const of = known[place] ?? task;
          const step = { source: name, task: `${of.name}@${of.version.Major}`, inputs };
          return faultsOf(step, of);
        });
        assert.deepEqual(faults, []);
      }
    });

    it(`run tasks only where they can run: ${name}`, () => {
      for (const { phaseType, workflowTasks } of release.environments.flatMap(
        ({ deployPhases }) => deployPhases,
      )) {
        for (const { taskId } of workflowTasks) {
          const { runsOn } = allTasks.find(({ id }) => id === taskId) ?? task;
          assert.equal(phaseType === 'runOnServer', runsOn.includes('Server'));
        }
      }
      for (const { taskId } of gateTasks(release)) {
        assert.ok(allTasks.find(({ id }) => id === taskId)?.runsOn.includes('ServerGate'));
      }
    });

    it(`match Azure DevOps' description of releases: ${name}`, () => {
      // The kinds of triggers are not described.
      const body = JSON.stringify({ ...release, triggers: [] });
      const path = '/fabrikam/shop/_apis/release/definitions/1?api-version=7.1';
      const exchange = { method: 'GET', path, answer: { status: 200, body } };
      assert.deepEqual(describeFaults(exchange), []);
    });
  }
});

describe('The example of an environment check', () => {
  const page = readFileSync(join(folder, 'environment-check/README.md'), 'utf8');
  const fences = (language: string) =>
    [...page.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\\n\`\`\``, 'gs'))].map(
      ([, text = '']) => text,
    );
  const check = readJson('examples/environment-check/check.json') as {
    readonly settings: { readonly inputs: Readonly<Record<string, string>> };
  };

  function documentedCommand() {
    const script = fences('sh').find((text) => text.includes('check:create')) ?? '';
    const command = /npm run check:create -- (.*)/.exec(script.replaceAll('\\\n', ''))?.[1] ?? '';
    return parseArguments(
      command
        .trim()
        .split(/\s+/)
        .map((word) => word.replaceAll("'", '')),
    );
  }

  it('shows the headers and the body that the check sends', () => {
    const { headers, body } = check.settings.inputs;
    assert.deepEqual(fences('json'), [headers, body]);
  });

  it('is the result of the documented command', () => {
    const parsed = documentedCommand();
    assert.ok(parsed.kind === 'run', JSON.stringify(parsed));
    assert.deepEqual(faultsOfRequest(parsed.arguments.check), []);
    const connectionId = check.settings.inputs['connectedServiceName'] ?? '';
    assert.deepEqual(check, checkConfiguration({ ...parsed.arguments.check, connectionId }));
  });

  it('is sent by curl to the URL that Azure DevOps describes', () => {
    const script = fences('sh').find((text) => text.includes('curl')) ?? '';
    const url = new URL(/'(https:[^']+)'/.exec(script)?.[1] ?? '');
    const exchange = {
      method: 'POST',
      path: url.pathname + url.search,
      contentType: 'application/json',
      body: JSON.stringify(check),
    };
    assert.deepEqual(describeFaults(exchange), []);
    assert.doesNotMatch(script, /--user/, 'a token among the arguments can be read by others');
  });

  it('is named with its command in the README', () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const command = /npm run check:create -- (--.*)/.exec(readme)?.[1] ?? '';
    const parsed = parseArguments(command.split(' '));
    assert.equal(parsed.kind, 'run', JSON.stringify(parsed));
  });
});
