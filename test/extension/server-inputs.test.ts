import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { gateSections, runSections, syncSections } from '../../src/handler/http/sync-sections.ts';
import { gate, healthGate, serverTask, task, type TaskInput } from './extension-files.ts';

const ownInputs = ['handlerConnection', 'argocd'];
const agentOnly = ['argocdConnection', 'publishSummary'];

/** The only places where the agentless task may say or show something else than the agent's. */
const differences: Readonly<Record<string, readonly (keyof TaskInput)[]>> = {
  // There is no list to pick from: Azure DevOps may not reach Argo CD at all.
  applications: ['type', 'properties', 'helpMarkDown'],
  project: ['type', 'properties'],
  whenWindowClosed: ['helpMarkDown'],
  timeoutSeconds: ['helpMarkDown'],
  hookLogLines: ['helpMarkDown'],
  // The agent queues with its job's token, the handler with its own identity.
  followUps: ['helpMarkDown'],
  // A handler also waits for what others requested, and cancels only its own.
  waitForFollowUps: ['helpMarkDown'],
  onCancel: ['helpMarkDown'],
};

describe('The inputs of ArgoCDSyncServer', () => {
  it('are those of ArgoCDSync, in the same order, except for the connection and the summary', () => {
    assert.deepEqual(
      names(serverTask.inputs).filter((name) => !ownInputs.includes(name)),
      names(task.inputs).filter((name) => !agentOnly.includes(name)),
    );
  });

  for (const name of names(task.inputs).filter((each) => !agentOnly.includes(each))) {
    it(`do not differ from ArgoCDSync: ${name}`, () => {
      const [here, there] = [input(serverTask.inputs, name), input(task.inputs, name)];
      const keys = [
        ...new Set([...Object.keys(here), ...Object.keys(there)]),
      ] as (keyof TaskInput)[];
      const different = keys.filter(
        (key) => JSON.stringify(here[key]) !== JSON.stringify(there[key]),
      );
      assert.deepEqual(different.sort(), [...(differences[name] ?? [])].sort());
    });
  }

  it('are in the same groups, and the outputs are the same except for the file', () => {
    assert.deepEqual(serverTask.groups, task.groups);
    assert.deepEqual(
      serverTask.outputVariables,
      task.outputVariables.filter(({ name }) => name !== 'resultFile'),
    );
  });
});

describe('The sections of a body', () => {
  it('are those that the handler reads, in its order: a sync', () => {
    assert.deepEqual(sectionsOf(serverTask.execution.HttpRequest.Execute.Body), [...syncSections]);
  });

  it('are those that the handler reads, in its order: a gate', () => {
    assert.deepEqual(sectionsOf(gate.execution.HttpRequest.Execute.Body), [...gateSections]);
  });

  for (const of of [serverTask, gate]) {
    it(`contain every input but the connection, each in the section of its name: ${of.name}`, () => {
      const { Body } = of.execution.HttpRequest.Execute;
      const sent = [...Body.matchAll(/^--\$\(system\.PlanId\) (\w+)\n\{\{\{\1\}\}\}\n/gm)];
      assert.deepEqual(sent.map(([, name]) => name).sort(), names(of.inputs.slice(1)).sort());
    });
  }

  it('contain only what Azure Pipelines itself knows about the run', () => {
    const { Body } = serverTask.execution.HttpRequest.Execute;
    const parts = Body.split('--$(system.PlanId) ');
    for (const name of ['azureProject', ...runSections]) {
      const part = parts.find((each) => each.startsWith(`${name}\n`)) ?? '';
      assert.match(part, /\$\((system|build|release)\./);
      assert.doesNotMatch(part, /\{\{/);
    }
  });
});

describe('The inputs that the tasks share', () => {
  for (const name of ownInputs) {
    it(`are the same: ${name}`, () => {
      assert.deepEqual(input(gate.inputs, name), input(serverTask.inputs, name));
    });
  }

  it('have the same names and labels if they mean the same', () => {
    for (const of of [gate, healthGate]) {
      for (const { name, label } of of.inputs) {
        const there = task.inputs.find((each) => each.name === name);
        if (there && name !== 'acceptSuspended') assert.equal(label, there.label, name);
      }
    }
  });
});

function names(inputs: readonly TaskInput[]): string[] {
  return inputs.map(({ name }) => name);
}

function input(inputs: readonly TaskInput[], wanted: string): TaskInput {
  const found = inputs.find(({ name }) => name === wanted);
  assert.ok(found, wanted);
  return found;
}

function sectionsOf(body: string): readonly string[] {
  return [...body.matchAll(/^--\$\(system\.PlanId\) (\S+)$/gm)].map(([, name = '']) => name);
}
