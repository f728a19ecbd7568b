import assert from 'node:assert/strict';
import { reportedRun } from '../../src/actions/reported-run.ts';
import type { PipelineRun } from '../../src/azure/pipelines/pipelines.ts';
import type { FollowUpReport } from '../../src/sync/model/follow-up-report.ts';

const run = { id: 7, name: '20261129.1', page: 'https://dev.azure.com/fabrikam/shop/_build/7' };

describe("A pipeline's run, as reported for its follow-up", () => {
  const rows: readonly [
    PipelineRun['state'],
    PipelineRun['result'],
    FollowUpReport['state'] | undefined,
    FollowUpReport['result'],
  ][] = [
    ['notStarted', undefined, undefined, undefined],
    ['inProgress', undefined, 'running', undefined],
    ['canceling', undefined, 'running', undefined],
    ['completed', 'succeeded', 'ended', 'succeeded'],
    ['completed', 'partiallySucceeded', 'ended', 'partiallySucceeded'],
    ['completed', 'canceled', 'ended', 'canceled'],
    ['completed', 'failed', 'ended', 'failed'],
    // Only what Azure DevOps calls a success is one.
    ['completed', undefined, 'ended', 'failed'],
  ];
  for (const [state, result, expected, outcome] of rows) {
    it(`is ${expected ?? 'as before'}${outcome === undefined ? '' : ` and ${outcome}`} if it is ${state} with ${result ?? 'no result'}`, () => {
      const report = reportedRun({ ...run, state, result } as PipelineRun);
      assert.deepEqual([report.state, report.result, report.run], [expected, outcome, run]);
    });
  }
});
