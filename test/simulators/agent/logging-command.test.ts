import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { parseLoggingCommand } from '../../../simulators/agent/logging-command.ts';

describe('A logging command', () => {
  const parsed = [
    {
      name: 'is found at the start of a line',
      line: '##vso[task.setprogress value=50;]half',
      command: { event: 'setprogress', properties: { value: '50' }, data: 'half' },
    },
    {
      name: 'is found anywhere in a line',
      line: 'Message of the hook: ##vso[task.complete result=Failed]no',
      command: { event: 'complete', properties: { result: 'Failed' }, data: 'no' },
    },
    {
      name: 'needs no properties',
      line: '##vso[task.debug]x',
      command: { event: 'debug', properties: {}, data: 'x' },
    },
    {
      name: 'has property names of any case',
      line: '##vso[task.setvariable Variable=a;isOutput=true]b',
      command: { event: 'setvariable', properties: { variable: 'a', isoutput: 'true' }, data: 'b' },
    },
    {
      name: 'has unescaped properties and data',
      line: '##vso[task.x a=1%3B2%5D%0D%0A%AZP25]1%3B2%5D%0D%0A%AZP25',
      command: { event: 'x', properties: { a: '1;2]\r\n%' }, data: '1;2]\r\n%' },
    },
    {
      name: 'does not unescape an escaped percent sign twice',
      line: '##vso[task.x]%AZP250A',
      command: { event: 'x', properties: {}, data: '%0A' },
    },
    {
      name: 'ends its properties at the first bracket',
      line: '##vso[task.x a=b]c]d',
      command: { event: 'x', properties: { a: 'b' }, data: 'c]d' },
    },
    {
      name: 'does not trim property names',
      line: '##vso[task.x a=1; b=2]',
      command: { event: 'x', properties: { a: '1', ' b': '2' }, data: '' },
    },
    {
      name: 'ignores a property without a value',
      line: '##vso[task.x a=;b;=c]',
      command: { event: 'x', properties: {}, data: '' },
    },
    {
      name: 'keeps equal signs inside a value',
      line: '##vso[task.x a=b=c==]',
      command: { event: 'x', properties: { a: 'b=c==' }, data: '' },
    },
  ];
  for (const { name, line, command } of parsed) {
    it(name, () => {
      const found = parseLoggingCommand(line);
      assert.ok(found);
      assert.equal(found.area, 'task');
      assert.deepEqual(
        { event: found.event, properties: Object.fromEntries(found.properties), data: found.data },
        command,
      );
    });
  }

  for (const line of [
    'plain text',
    '##[error]text',
    '**vso[task.complete result=Failed]',
    '##vso[task.complete result=Failed',
    '##vso[complete]x',
    '##vso[a.b.c]x',
    '##VSO[task.debug]x',
    ']##vso[',
  ]) {
    it(`is not found in "${line}"`, () => {
      assert.equal(parseLoggingCommand(line), undefined);
    });
  }
});
