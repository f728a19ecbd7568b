import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, it } from 'mocha';
import { sizeOfPng } from './png.ts';
import {
  allTasks,
  connectionTypes,
  folderOf,
  manifest,
  readJson,
  task,
  type Task,
} from './extension-files.ts';

describe('task.json of ArgoCDSync', () => {
  it('follows the rules for agent tasks', () => {
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

  it('is next to a package.json without which Node would treat the bundle as an ES module here', () => {
    assert.deepEqual(readJson('tasks/ArgoCDSync/V1/package.json'), { type: 'commonjs' });
  });

  it('may set only its outputs', () => {
    const outputs = task.outputVariables.map(({ name }) => name);
    assert.deepEqual(task.restrictions.settableVariables.allowed, outputs);
  });
});

describe('The tasks', () => {
  it('are all contributed', () => {
    const contributed = manifest.contributions.flatMap(({ properties: { name } }) =>
      name.startsWith('tasks/') ? [name.slice('tasks/'.length)] : [],
    );
    assert.deepEqual(
      allTasks.map(({ name }) => name),
      contributed,
    );
  });

  it('each have a unique id and name', () => {
    for (const key of ['id', 'name', 'friendlyName'] as const) {
      assert.equal(new Set(allTasks.map((each) => each[key])).size, allTasks.length, key);
    }
  });
});

for (const each of allTasks) describeTask(each);

function describeTask(of: Task): void {
  const { inputs, groups, outputVariables = [], dataSourceBindings = [] } = of;

  describe(`task.json of ${of.name}`, () => {
    it('has a name that fits into the list of tasks', () => {
      assert.ok(of.friendlyName.length <= 40);
    });

    it('has an icon of 32 by 32 pixels', () => {
      assert.deepEqual(sizeOfPng(join(folderOf(of), 'icon.png')), { width: 32, height: 32 });
    });

    it('takes one service connection of this extension as its first input', () => {
      const [first, ...more] = inputs.map(({ type }) => type);
      assert.ok(connectionTypes.has(first?.replace(/^connectedService:/, '') ?? ''), first);
      assert.ok(!more.some((type) => type.startsWith('connectedService')));
    });

    it('declares no input or output twice', () => {
      for (const list of [inputs, outputVariables]) {
        const lower = list.map(({ name }) => name.toLowerCase());
        assert.equal(new Set(lower).size, list.length);
      }
    });

    for (const { name, helpMarkDown, groupName, label } of inputs) {
      it(`explains the input ${name}, which is in a group`, () => {
        assert.ok((helpMarkDown ?? '').length > 40, 'a help text says when to use the input');
        assert.match(helpMarkDown ?? '', /\.$/);
        assert.ok(label.length > 0);
        assert.ok(groups.some((group) => group.name === groupName));
      });
    }

    it('has no empty group', () => {
      for (const { name } of groups) assert.ok(inputs.some((input) => input.groupName === name));
    });

    it('has defaults that are among the options', () => {
      for (const { name, options, defaultValue } of inputs) {
        if (!options) continue;
        assert.ok(Object.hasOwn(options, String(defaultValue)), name);
      }
    });

    it('shows inputs and groups by rules over inputs and values that exist', () => {
      const rules = [...inputs, ...groups].flatMap(({ visibleRule }) => visibleRule ?? []);
      for (const rule of rules) {
        for (const term of rule.split(/&&|\|\|/)) {
          const match = /^\s*(\w+)\s*(?:=|!=)\s*(\w+)\s*$/.exec(term);
          const input = inputs.find(({ name }) => name === match?.[1]);
          assert.ok(input, `${rule}: no input in "${term}"`);
          assert.ok(Object.hasOwn(input.options ?? {}, match?.[2] ?? ''), `${rule}: no such value`);
        }
      }
    });

    it('mixes no && and || in a rule, since the form has no parentheses', () => {
      for (const { name, visibleRule = '' } of inputs) {
        assert.ok(!(visibleRule.includes('&&') && visibleRule.includes('||')), name);
      }
    });

    it('fills pick lists that accept typed values as well, from existing data sources', () => {
      const { name: connection = '', type = '' } = inputs[0] ?? {};
      const sources = connectionTypes.get(type.replace(/^connectedService:/, ''))?.dataSources;
      for (const { target, endpointId, dataSourceName } of dataSourceBindings) {
        const input = inputs.find(({ name }) => name === target);
        assert.equal(input?.properties?.['EditableOptions'], 'True', target);
        assert.equal(endpointId, `$(${connection})`);
        assert.ok(sources?.some(({ name }) => name === dataSourceName));
      }
      const lists = inputs.filter(({ type, options }) => type === 'pickList' && !options);
      assert.deepEqual(
        lists.map(({ name }) => name),
        dataSourceBindings.map(({ target }) => target),
        'a list without options stays empty',
      );
    });

    it('explains every output', () => {
      for (const { name, description } of outputVariables) {
        assert.match(description ?? '', /\.$/, name);
      }
    });
  });
}
