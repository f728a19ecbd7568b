import assert from 'node:assert/strict';
import type { Hub } from '../../../src/azure/task-hub/run-address.ts';
import { hubs } from '../../../src/azure/task-hub/run-address.ts';
import {
  appendedLog,
  changedRecords,
  postedEvent,
} from '../../../src/azure/task-hub/task-hub-body.ts';

const address = {
  collection: 'https://dev.azure.com/fabrikam',
  projectId: '11111111-1111-1111-1111-111111111111',
  planId: '22222222-2222-2222-2222-222222222222',
  timelineId: '22222222-2222-2222-2222-222222222222',
  jobId: '33333333-3333-3333-3333-333333333333',
  taskInstanceId: '44444444-4444-4444-4444-444444444444',
};

describe('The event of a task', () => {
  const usual = { jobId: address.jobId, taskId: address.taskInstanceId };
  const swapped = {
    jobId: address.taskInstanceId,
    taskId: '00000000-0000-0000-0000-000000000000',
  };
  const cases: readonly (readonly [Hub, number | undefined, object])[] = [
    ...hubs.filter((hub) => hub !== 'gates').map((hub) => [hub, 12, usual] as const),
    ['gates', 1, swapped],
    ['gates', 12, swapped],
    ['gates', 13, usual],
    ['gates', undefined, usual],
  ];
  for (const [hub, version, ids] of cases) {
    it(`in the hub ${hub} of version ${version} has the required ids`, () => {
      const event = { name: 'TaskCompleted', result: 'failed' } as const;
      assert.deepEqual(postedEvent(event, { ...address, hub }, version), { ...event, ...ids });
      const started = postedEvent({ name: 'TaskStarted' }, { ...address, hub }, version);
      assert.deepEqual(started, { name: 'TaskStarted', ...ids });
    });
  }
});

describe('The update of records', () => {
  it('omits what stays unchanged', () => {
    const id = address.taskInstanceId;
    assert.deepEqual(changedRecords([{ id, percentComplete: 5 }, { id: address.jobId }]), {
      count: 2,
      value: [{ id, percentComplete: 5 }, { id: address.jobId }],
    });
  });

  it('gives issues a category, and turns variables into names and values', () => {
    const [record] = changedRecords([
      {
        id: address.taskInstanceId,
        issues: [{ type: 'error', message: 'no' }],
        variables: { revision: 'abc', empty: '' },
        log: { id: 3 },
      },
    ]).value;
    assert.deepEqual(record, {
      id: address.taskInstanceId,
      issues: [{ type: 'error', message: 'no', category: 'General' }],
      variables: {
        revision: { value: 'abc', isSecret: false },
        empty: { value: '', isSecret: false },
      },
      log: { id: 3 },
    });
  });

  it('can empty the list of issues', () => {
    const [record] = changedRecords([{ id: address.jobId, issues: [] }]).value;
    assert.deepEqual(record, { id: address.jobId, issues: [] });
  });
});

describe('The text that is appended to a log', () => {
  const cases: readonly [readonly string[], string][] = [
    [[], ''],
    [['one'], 'one\n'],
    [['one', '', '  two'], 'one\n\n  two\n'],
    [['a\nb\r\nc\rd', '\n'], 'a ⏎ b ⏎ c ⏎ d\n ⏎ \n'],
  ];
  for (const [lines, text] of cases) {
    it(`has as many lines as ${JSON.stringify(lines)}`, () => {
      assert.equal(appendedLog(lines), text);
    });
  }
});
