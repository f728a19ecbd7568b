import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { mergeTaskResults, parseTaskResult } from '../../../simulators/agent/task-result.ts';

describe('The result of a step', () => {
  it('is case-sensitive', () => {
    assert.equal(parseTaskResult('SucceededWithIssues'), 'SucceededWithIssues');
    assert.equal(parseTaskResult('succeededwithissues'), undefined);
    assert.equal(parseTaskResult('Cancelled'), undefined);
  });

  it('is the worst of those given', () => {
    assert.equal(mergeTaskResults(undefined, 'Succeeded'), 'Succeeded');
    assert.equal(mergeTaskResults('Failed', 'Succeeded'), 'Failed');
    assert.equal(mergeTaskResults('Succeeded', 'SucceededWithIssues'), 'SucceededWithIssues');
    assert.equal(mergeTaskResults('Failed', 'Canceled'), 'Canceled');
  });
});
