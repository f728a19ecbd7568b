import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { timelineRows } from '../../../../scripts/demo/agent/records.ts';
import type { TaskRun } from '../../../../simulators/agent/agent.ts';

type TimelineRecord = TaskRun['records'][number];

function record(name: string, parentId: string | undefined): TimelineRecord {
  return {
    id: name,
    parentId,
    name,
    type: 'ArgoCD.Phase',
    order: 1,
    state: 'Completed',
    result: 'Succeeded',
    progress: 100,
    operation: undefined,
    startedAt: 1_000,
    finishedAt: 2_500,
  };
}

describe('The records of a step as rows', () => {
  it('are below their parents, in whatever order they came', () => {
    const records = [record('Sync', 'shop'), record('shop', undefined), record('cart', undefined)];
    assert.deepEqual(
      timelineRows(records).map(({ name, depth }) => [name, depth]),
      [
        ['shop', 0],
        ['Sync', 1],
        ['cart', 0],
      ],
    );
  });

  it('have the result, or the state if they did not end', () => {
    const open = { ...record('shop', undefined), result: undefined, finishedAt: undefined };
    const rows = timelineRows([
      record('cart', undefined),
      { ...open, state: 'InProgress' as const },
    ]);
    assert.deepEqual(
      rows.map(({ status, duration }) => [status, duration]),
      [
        ['Succeeded', 1_500],
        ['InProgress', undefined],
      ],
    );
  });
});
