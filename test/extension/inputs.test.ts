import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { gateSections, syncSections } from '../../src/handler/http/sync-sections.ts';
import {
  definitionOf,
  definitions,
  gateDefinitions,
  type InputName,
} from '../../src/inputs/definitions.ts';
import { separators } from '../../src/inputs/application-list.ts';
import { parseFollowUps } from '../../src/follow-ups/follow-ups-text.ts';
import { readStep } from '../../src/task/step.ts';
import { withForm, withSections, type TaskForm } from '../../scripts/task-form.ts';
import { gate, healthGate, root, serverTask, task, type TaskInput } from './extension-files.ts';

/** For each input that some action makes meaningless: a value other than its default. */
const samples: Readonly<Record<string, string>> = {
  revision: 'main',
  revisions: '1=main',
  rollbackTo: '3',
  prune: 'true',
  pruneLast: 'true',
  dryRun: 'true',
  force: 'true',
  strategy: 'apply',
  resources: 'ConfigMap:settings',
  syncOptions: 'ServerSideApply=true',
  retryLimit: '2',
  retryBackoff: '5s',
  info: 'Ticket=1',
  whenBusy: 'join',
  whenWindowClosed: 'wait',
  whenSuperseded: 'follow',
  ifMissing: 'wait',
  waitFor: 'operation',
  acceptSuspended: 'true',
  includeChildren: 'true',
  expectImages: 'registry.example.com/shop/web:1',
  stableSeconds: '5',
  onTimeout: 'terminate',
  onCancel: 'terminate',
  followUps: 'onSuccess: smoke-tests',
  waitForFollowUps: 'true',
};

/** An input that is refused on its own, with the one that it requires. */
const needs: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  retryBackoff: { retryLimit: '2' },
  pruneLast: { prune: 'true' },
};

const actions = Object.keys(input('action').options ?? {});

describe('The inputs of task.json and those that the code reads', () => {
  it('agree on the defaults', () => {
    assert.deepEqual(faultsOf(read({})), []);
    const withoutDefaults = readStep(
      source({ argocdConnection: 'id', applications: 'shop' }),
      parseFollowUps,
    );
    assert.deepEqual(read({}), withoutDefaults);
  });

  for (const { name, options = {} } of task.inputs) {
    if (Object.keys(options).length === 0) continue;
    it(`agree on the choices of ${name}`, () => {
      for (const choice of Object.keys(options)) {
        assert.ok(!faultsOf(read({ [name]: choice })).includes(name), choice);
      }
      const faults = faultsOf(read({ [name]: 'nonsense' }));
      assert.ok(faults.includes(name));
    });
  }

  for (const action of actions) {
    it(`agree on what has an effect for the action ${action}`, () => {
      for (const [name, value] of Object.entries(samples)) {
        const { visibleRule } = input(name);
        const warned = warningsOf(read({ action, ...needs[name], [name]: value })).some((warning) =>
          warning.startsWith(`${name} has no effect with action`),
        );
        assert.equal(warned, !isShown(visibleRule, action), `${name}, shown if ${visibleRule}`);
      }
    });
  }

  it('are all tested if the form ever hides them', () => {
    const hidden = task.inputs.filter(({ visibleRule }) => visibleRule).map(({ name }) => name);
    const untried = hidden.filter((name) => !Object.hasOwn(samples, name));
    // The logs of hooks are shown if hooks can run; otherwise, the number does no harm.
    assert.deepEqual(untried, ['hookLogLines']);
  });
});

describe('The table of inputs', () => {
  for (const [of, kind] of [
    [task, 'agent'],
    [serverTask, 'server'],
    [gate, 'gate'],
    [healthGate, 'healthGate'],
  ] as const) {
    it(`is in step with the form of ${of.name}: npm run inputs`, () => {
      assert.deepEqual(withForm(of as unknown as TaskForm, kind), of);
    });
  }

  it('describes an input for a gate and for a sync alike', () => {
    for (const [name, { type, default: preset }] of Object.entries(gateDefinitions)) {
      if (!(name in definitions)) continue;
      const known = definitionOf(name as InputName);
      assert.deepEqual([type, preset], [known.type, known.default], name);
    }
  });

  for (const [of, names] of [
    [serverTask, syncSections],
    [gate, gateSections],
  ] as const) {
    it(`is in step with the sections of ${of.name}: npm run inputs`, () => {
      const { Body } = of.execution.HttpRequest.Execute;
      assert.equal(withSections(Body, names), Body);
    });
  }
});

/** Everything that people read about the input, wherever it is. */
describe('The texts about a list of applications', () => {
  for (const { name, inputs } of [task, serverTask, gate]) {
    it(`name all accepted separators: ${name}`, () => {
      const help = inputs.find((each) => each.name === 'applications')?.helpMarkDown ?? '';
      assert.ok(help.includes(`separated by ${separators}`), help);
    });
  }

  for (const file of [
    'docs/tasks/ArgoCDSync.md',
    'examples/release-gate/README.md',
    'docs/handler-api.openapi.json',
  ]) {
    it(`name no fewer: ${file}`, () => {
      const told = readFileSync(join(root, file), 'utf8').match(/separated by [^.*)"]*/g) ?? [];
      assert.ok(told.length > 0);
      for (const each of told) assert.ok(each.startsWith(`separated by ${separators}`), each);
    });
  }
});

/** All notations of Azure Pipelines: alone, within a line, and on a separate line. */
const unfilled = [
  '$(x)',
  '$(Two Words)',
  "$(a['b'])",
  '$[ variables.x ]',
  '${{ parameters.x }}',
].flatMap((each) => [each, `a-${each}`, `a=1\n${each}`]);

describe('A variable that Azure Pipelines did not expand', () => {
  for (const { name, type } of task.inputs) {
    if (type.startsWith('connectedService:')) continue;
    it(`is refused by name, without further messages: ${name}`, () => {
      for (const text of unfilled) {
        const reading = readStep(
          source({ argocdConnection: 'id', applications: 'shop', [name]: text }),
          parseFollowUps,
        );
        assert.ok('faults' in reading, text);
        const told = reading.faults.filter(({ input: each }) => each === name);
        assert.equal(told.length, 1, text);
        assert.match(told[0]?.problem ?? '', /no value here|not evaluated|not expanded/);
      }
    });
  }
});

function read(given: Readonly<Record<string, string>>): ReturnType<typeof readStep> {
  const defaults = Object.fromEntries(
    task.inputs.map(({ name, defaultValue = '' }) => [name, String(defaultValue)]),
  );
  return readStep(
    source({ ...defaults, argocdConnection: 'id', applications: 'shop', ...given }),
    parseFollowUps,
  );
}

function source(inputs: Readonly<Record<string, string>>) {
  return { input: (name: string) => inputs[name] };
}

function faultsOf(reading: ReturnType<typeof readStep>): readonly string[] {
  return 'faults' in reading ? reading.faults.map((fault) => fault.input) : [];
}

function warningsOf(reading: ReturnType<typeof readStep>): readonly string[] {
  assert.ok('warnings' in reading, JSON.stringify(reading));
  return reading.warnings;
}

/** Whether the form shows an input for an action that waits for health, as by default. */
function isShown(rule: string | undefined, action: string): boolean {
  const values: Readonly<Record<string, string>> = { action, waitFor: 'health' };
  const holds = (term: string) => {
    const [, name = '', operator, value] = /^\s*(\w+)\s*(=|!=)\s*(\w+)\s*$/.exec(term) ?? [];
    return (values[name] === value) === (operator === '=');
  };
  if (rule === undefined) return true;
  return rule.includes('||') ? rule.split('||').some(holds) : rule.split('&&').every(holds);
}

function input(wanted: string): TaskInput {
  const found = task.inputs.find(({ name }) => name === wanted);
  assert.ok(found, wanted);
  return found;
}
