import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { $ZodType } from 'zod/v4/core';
import type { SentCall } from '../../../src/azure/http/answer.ts';
import { AzureError } from '../../../src/azure/http/azure-error.ts';
import { parseAnswer } from '../../../src/azure/http/parsed-answer.ts';
import {
  buildSchema,
  logSchema,
  planSchema,
  projectSchema,
  recordsSchema,
} from '../../../src/azure/task-hub/task-hub-schema.ts';
import { Secret } from '../../../src/secret.ts';

const asked: SentCall = { name: 'GET plan', isRepeatable: true, token: new Secret('a-token') };

function reading(schema: $ZodType, value: unknown): unknown {
  return parseAnswer(asked, schema, JSON.stringify(value));
}

/** The body of a recorded response. */
function recorded(name: string): unknown {
  const url = new URL(`../../fixtures/azure-devops/examples/${name}.json`, import.meta.url);
  const { responses } = JSON.parse(readFileSync(url, 'utf8')) as {
    responses: { '200': { body: unknown } };
  };
  return responses['200'].body;
}

describe("The schema of Azure DevOps' responses", () => {
  it('reads a log as it was recorded', () => {
    const log = { id: 3, lineCount: 49 };
    assert.deepEqual(reading(logSchema, recorded('distributedTask__Logs_Create')), log);
    const appended = recorded('distributedTask__Logs_AppendLogContent');
    assert.deepEqual(reading(logSchema, appended), { id: 3, lineCount: 36 });
  });

  it('reads records as they were recorded', () => {
    assert.deepEqual(reading(recordsSchema, recorded('distributedTask__Records_Update')), {
      value: [
        {
          id: '5e6d5dbf-ac69-5f56-8b85-8e9038703a8b',
          parentId: '096e11e7-c8bb-5a90-1a73-4e639c9ea0f9',
          type: 'Task',
          name: 'Invoke REST API',
          taskName: 'InvokeRESTAPI',
          state: 'completed',
          result: 'succeeded',
        },
      ],
    });
  });

  it('reads a build as it was recorded', () => {
    assert.deepEqual(reading(buildSchema, recorded('build__Builds_Get')), { status: 'completed' });
  });

  it('reads the ids of a plan in lower case, and accepts that the rest is missing', () => {
    const plan = { planId: 'AB-1', scopeIdentifier: 'CD-2' };
    const ids = { planId: 'ab-1', scopeIdentifier: 'cd-2' };
    assert.deepEqual(
      reading(planSchema, { ...plan, version: 12, state: 'inProgress', owner: { id: 1 } }),
      { ...ids, version: 12, state: 'inProgress' },
    );
    const without = { ...ids, version: undefined, state: undefined };
    assert.deepEqual(reading(planSchema, plan), without);
    assert.deepEqual(reading(planSchema, { ...plan, version: null, state: null }), without);
    assert.deepEqual(reading(planSchema, { ...plan, version: '12', state: 4 }), without);
  });

  const states: readonly [unknown, string | undefined][] = [
    ['pending', 'pending'],
    ['Pending', 'pending'],
    ['inProgress', 'inProgress'],
    ['INPROGRESS', 'inProgress'],
    ['Completed', 'completed'],
    ['paused', undefined],
    ['toString', undefined],
    ['', undefined],
    [null, undefined],
    [2, undefined],
  ];
  for (const [state, expected] of states) {
    it(`reads a record in the state ${JSON.stringify(state)} as ${expected}`, () => {
      const { value } = parseAnswer(
        asked,
        recordsSchema,
        JSON.stringify({ value: [{ id: 'A', state }] }),
      );
      assert.deepEqual([value[0]?.id, value[0]?.state], ['a', expected]);
    });
  }

  const odd: readonly [string, $ZodType, unknown, string][] = [
    ['plan', planSchema, { planId: 5 }, 'planId, scopeIdentifier'],
    ['plan', planSchema, [], 'the whole response'],
    ['list of records', recordsSchema, { value: null }, 'value'],
    ['list of records', recordsSchema, { value: [{ id: 'a' }, { parentId: 'b' }] }, 'value.1.id'],
    ['log', logSchema, { id: 1.5, lineCount: '3' }, 'id, lineCount'],
    ['build', buildSchema, {}, 'status'],
    ['project', projectSchema, 'shop', 'the whole response'],
  ];
  for (const [what, schema, value, places] of odd) {
    it(`refuses a ${what} that is ${JSON.stringify(value)}`, () => {
      assert.throws(
        () => reading(schema, value),
        (error) =>
          error instanceof AzureError &&
          error.failure === 'refused' &&
          error.reason === `unexpected response from Azure DevOps: ${places}`,
      );
    });
  }
});
