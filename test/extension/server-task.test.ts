import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, it } from 'mocha';
import { eventOutputNames } from '../../src/handler/follow-ups/event-report.ts';
import { longestDirectWait } from '../../src/inputs/direct-definitions.ts';
import { announcementRows, inputPrefix } from '../../src/handler/runs/intake/announcement.ts';
import { announcedInputNames } from '../../src/inputs/direct-definitions.ts';
import { markerName } from '../../src/sync/model/operation.ts';
import { headerTemplates } from '../../src/handler/http/header-block.ts';
import { eventSections } from '../../src/handler/http/sync-sections.ts';
import { parseTimeSpan } from '../../simulators/azure-devops/time-span.ts';
import {
  folderOf,
  eventTask,
  directTask,
  gate,
  healthGate,
  httpTasks,
  readJson,
  serverTask,
  type HttpSection,
} from './extension-files.ts';

interface Schema {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly required: readonly string[];
}

const section = {
  type: 'object',
  additionalProperties: false,
  required: ['EndpointId', 'EndpointUrl', 'Method', 'Headers', 'Body'],
  properties: Object.fromEntries(
    [
      ...['EndpointId', 'EndpointUrl', 'Method', 'Headers', 'Body'],
      ...['WaitForCompletion', 'Expression'],
    ].map((name) => [name, { type: 'string' }]),
  ),
};
const events = {
  type: 'object',
  additionalProperties: false,
  properties: Object.fromEntries(
    ['TaskAssigned', 'TaskStarted', 'TaskCompleted'].map((name) => [
      name,
      { type: 'object', additionalProperties: false, properties: { Timeout: { type: 'string' } } },
    ]),
  ),
};

/**
 * The schema of agent tasks, with what Microsoft's own test requires of server tasks instead
 * (azure-devops.md §11.12).
 */
function serverTaskSchema(): Schema {
  const schema = readJson('test/fixtures/azure-devops/agent-task.schema.json') as Schema;
  const request = {
    type: 'object',
    additionalProperties: false,
    required: ['Execute'],
    properties: { Execute: section, Cancel: section, Events: events },
  };
  return {
    ...schema,
    required: [...schema.required.filter((name) => name !== 'minimumAgentVersion'), 'runsOn'],
    properties: {
      ...schema.properties,
      minimumAgentVersion: false,
      demands: { type: 'array', maxItems: 0 },
      runsOn: { enum: [['Server'], ['Server', 'ServerGate'], ['ServerGate']] },
      execution: {
        type: 'object',
        additionalProperties: false,
        required: ['HttpRequest'],
        properties: { HttpRequest: request },
      },
    },
  };
}

function headersOf({ Headers }: HttpSection): Readonly<Record<string, string>> {
  return Headers === '' ? {} : (JSON.parse(Headers) as Readonly<Record<string, string>>);
}

describe('The tasks that Azure DevOps executes itself', () => {
  const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(serverTaskSchema());

  for (const of of httpTasks) {
    const { Execute, Cancel } = of.execution.HttpRequest;
    const sections = [Execute, ...(Cancel ? [Cancel] : [])];

    it(`follow the rules for server tasks: ${of.name}`, () => {
      validate(readJson(`tasks/${of.name}/V1/task.json`));
      assert.deepEqual(validate.errors, null);
      assert.ok(!existsSync(join(folderOf(of), 'index.js')), 'a server runs no code of ours');
    });

    it(`send to the connection of the first input: ${of.name}`, () => {
      for (const { EndpointId } of sections) assert.equal(EndpointId, `$(${of.inputs[0]?.name})`);
    });

    it(`use no input in a macro, which a variable of the same name might override: ${of.name}`, () => {
      const names = of.inputs.slice(1).map(({ name }) => name.toLowerCase());
      for (const { EndpointUrl, Body, Headers } of sections) {
        for (const [, name = ''] of `${EndpointUrl}${Body}${Headers}`.matchAll(/\$\(([^)]+)\)/g)) {
          assert.ok(!names.includes(name.toLowerCase()), name);
        }
      }
    });

    it(`insert inputs raw, since HTML escaping would change them: ${of.name}`, () => {
      const texts = sections.flatMap(({ EndpointUrl, Body }) => [EndpointUrl, Body]);
      const tags = texts.flatMap((text) => text.match(/\{\{+[^{}]*\}+/g) ?? []);
      assert.ok(tags.length > 0);
      for (const tag of tags) {
        // A block on an input, which inserts none of it.
        if (/^\{\{(?:#equals \w+ 'true' 1|\/equals)\}\}$/.test(tag)) continue;
        const name = /^\{\{\{(\w+)\}\}\}$/.exec(tag)?.[1];
        assert.ok(
          of.inputs.some((input) => input.name === name),
          tag,
        );
      }
    });

    it(`have headers only of ids, addresses and the token: ${of.name}`, () => {
      const known: Readonly<Record<string, string>> = {
        ...headerTemplates,
        'Content-Type': of === directTask ? 'application/json' : 'text/plain',
      };
      for (const each of sections) {
        for (const [name, value] of Object.entries(headersOf(each))) {
          if (name === 'RequestType') continue;
          assert.equal(value.toLowerCase(), known[name]?.toLowerCase(), name);
        }
      }
    });
  }

  it("never send the job's token to Argo CD, and do not report a cancellation to it", () => {
    const { Execute, Cancel } = directTask.execution.HttpRequest;
    assert.doesNotMatch(JSON.stringify(Execute), /accesstoken/i);
    assert.deepEqual(headersOf(Execute), { 'Content-Type': 'application/json' });
    // It would end whatever runs by then.
    assert.equal(Cancel, undefined);
    assert.deepEqual(directTask.runsOn, ['Server']);
    assert.equal(Execute.WaitForCompletion, 'true');
    assert.equal(
      parseTimeSpan(directTask.execution.HttpRequest.Events?.['TaskCompleted']?.Timeout ?? ''),
      longestDirectWait,
    );
  });

  it('name the run in the info entries that the handler reads, and each input that it needs', () => {
    const { Body } = directTask.execution.HttpRequest.Execute;
    const plain = Body.replace(/\{\{#equals[^}]*\}\}.*?\{\{\/equals\}\}/g, '');
    const { infos } = JSON.parse(plain) as { infos: readonly { name: string; value: string }[] };
    assert.deepEqual(
      infos.map(({ name }) => name),
      [
        markerName,
        ...Object.values(announcementRows),
        ...announcedInputNames.map((name) => `${inputPrefix}${name}`),
      ],
    );
    for (const name of announcedInputNames) {
      assert.equal(
        infos.find((row) => row.name === `${inputPrefix}${name}`)?.value,
        `{{{${name}}}}`,
      );
    }
  });

  it('are gates if they only read, and never if they sync: a gate is evaluated repeatedly', () => {
    assert.deepEqual(serverTask.runsOn, ['Server']);
    for (const { runsOn, execution } of [gate, healthGate]) {
      assert.deepEqual(runsOn, ['Server', 'ServerGate']);
      const { Execute, Cancel, Events } = execution.HttpRequest;
      assert.equal(Execute.WaitForCompletion, 'false');
      assert.ok(Execute.Expression);
      assert.equal(Cancel, undefined);
      assert.equal(Events, undefined);
    }
  });

  it('wait for the callback if there is one, and tell the handler about a canceled run', () => {
    for (const { runsOn, execution } of [serverTask, eventTask]) {
      assert.deepEqual(runsOn, ['Server']);
      const { Execute, Cancel } = execution.HttpRequest;
      assert.equal(Execute.WaitForCompletion, 'true');
      assert.equal(Execute.Expression, undefined);
      assert.ok(Cancel);
      assert.equal(headersOf(Execute)['RequestType'], 'Execute');
      assert.deepEqual(headersOf(Cancel), { ...headersOf(Execute), RequestType: 'Cancel' });
    }
  });

  it('send what the handler reads of a claim, and name the outputs that it sets', () => {
    const { Body } = eventTask.execution.HttpRequest.Execute;
    const sent = [...Body.matchAll(/^--\$\(system\.PlanId\) (\w+)$/gm)].map(([, name]) => name);
    assert.deepEqual(sent, [...eventSections]);
    assert.deepEqual(
      eventTask.outputVariables?.map(({ name }) => name),
      [...eventOutputNames],
    );
  });

  it("wait no longer than a job's token is valid, and for no event that might not come", () => {
    const { Events = {} } = serverTask.execution.HttpRequest;
    assert.deepEqual(Object.keys(Events), ['TaskCompleted']);
    const timeout = Events['TaskCompleted']?.Timeout ?? '';
    assert.match(timeout, /^\d+\.\d\d:\d\d:\d\d$/, 'days first: 48:00:00 is 48 days to .NET');
    assert.equal(parseTimeSpan(timeout), 48 * 3_600_000);
  });

  it('reach the handler whether or not its address ends in a slash', () => {
    const { Execute, Cancel } = serverTask.execution.HttpRequest;
    assert.equal(Execute.EndpointUrl, '$(endpoint.url)/v1/syncs');
    assert.equal(Cancel?.EndpointUrl, '$(endpoint.url)/v1/syncs/cancel');
    assert.equal(gate.execution.HttpRequest.Execute.EndpointUrl, '$(endpoint.url)/v1/gate');
    assert.equal(
      eventTask.execution.HttpRequest.Execute.EndpointUrl,
      '$(endpoint.url)/v1/events/claim',
    );
  });
});
