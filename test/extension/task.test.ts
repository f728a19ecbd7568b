import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, it } from 'mocha';
import { sizeOfPng } from './png.ts';
import { connectionType, readJson, root, task } from './extension-files.ts';

const folder = join(root, 'tasks/ArgoCDSync/V1');
const inputNames = task.inputs.map(({ name }) => name);

describe('task.json', () => {
  it('follows the rules for tasks of an agent', () => {
    const schema = readJson('test/fixtures/azure-devops/agent-task.schema.json') as object;
    const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(schema);
    validate(readJson('tasks/ArgoCDSync/V1/task.json'));
    assert.deepEqual(validate.errors, null);
  });

  it('runs on Node 20 and Node 24 from one bundle', () => {
    assert.deepEqual(task.execution, {
      Node20_1: { target: 'index.js' },
      Node24: { target: 'index.js' },
    });
  });

  it('lies beside a package.json without which Node takes the bundle for an ES module here', () => {
    assert.deepEqual(readJson('tasks/ArgoCDSync/V1/package.json'), { type: 'commonjs' });
  });

  it('has an icon of 32 by 32 pixels', () => {
    assert.deepEqual(sizeOfPng(join(folder, 'icon.png')), { width: 32, height: 32 });
  });

  it('takes the service connection of this extension', () => {
    const types = task.inputs
      .map(({ type }) => type)
      .filter((type) => type.startsWith('connectedService'));
    assert.deepEqual(types, [`connectedService:${connectionType.name}`]);
  });

  it('names no input and no output twice', () => {
    const outputNames = task.outputVariables.map(({ name }) => name);
    for (const names of [inputNames, outputNames]) {
      const lower = names.map((name) => name.toLowerCase());
      assert.equal(new Set(lower).size, names.length);
    }
  });

  for (const { name, helpMarkDown, groupName, label } of task.inputs) {
    it(`explains the input ${name}, which stands in a group`, () => {
      assert.ok((helpMarkDown ?? '').length > 40, 'a help text says when to use the input');
      assert.match(helpMarkDown ?? '', /\.$/);
      assert.ok(label.length > 0);
      assert.ok(task.groups.some((group) => group.name === groupName));
    });
  }

  it('has defaults that are among the options', () => {
    for (const { name, options, defaultValue } of task.inputs) {
      if (!options) continue;
      assert.ok(Object.hasOwn(options, String(defaultValue)), name);
    }
  });

  it('shows inputs and groups by rules over inputs and values that exist', () => {
    const rules = [...task.inputs, ...task.groups].flatMap(({ visibleRule }) => visibleRule ?? []);
    assert.ok(rules.length > 10);
    for (const rule of rules) {
      for (const term of rule.split(/&&|\|\|/)) {
        const match = /^\s*(\w+)\s*(?:=|!=)\s*(\w+)\s*$/.exec(term);
        const input = task.inputs.find(({ name }) => name === match?.[1]);
        assert.ok(input, `${rule}: no input in "${term}"`);
        assert.ok(Object.hasOwn(input.options ?? {}, match?.[2] ?? ''), `${rule}: no such value`);
      }
    }
  });

  it('mixes no && and || in a rule, since the form knows no brackets', () => {
    for (const { name, visibleRule = '' } of task.inputs) {
      assert.ok(!(visibleRule.includes('&&') && visibleRule.includes('||')), name);
    }
  });

  it('fills pick lists that can also be typed into, from data sources that exist', () => {
    assert.ok(task.dataSourceBindings.length > 0);
    for (const { target, endpointId, dataSourceName } of task.dataSourceBindings) {
      const input = task.inputs.find(({ name }) => name === target);
      assert.equal(input?.properties?.['EditableOptions'], 'True', target);
      assert.equal(endpointId, '$(argocdConnection)');
      assert.ok(connectionType.dataSources.some(({ name }) => name === dataSourceName));
    }
  });

  it('may set its outputs and nothing else', () => {
    const outputs = task.outputVariables.map(({ name }) => name);
    assert.deepEqual(task.restrictions.settableVariables.allowed, outputs);
  });

  it('explains every output', () => {
    for (const { name, description } of task.outputVariables) {
      assert.match(description ?? '', /\.$/, name);
    }
  });
});
