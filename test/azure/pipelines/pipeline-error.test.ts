import assert from 'node:assert/strict';
import { PipelineError } from '../../../src/azure/pipelines/pipeline-error.ts';

describe('An error of pipelines', () => {
  it('says what it means, why, and what helps', () => {
    const about = {
      kind: 'throttled',
      reason: 'throttled',
      advice: 'Wait.',
      retryAfter: 7,
    } as const;
    const error = new PipelineError('Could not queue it.', about);
    const { name, message, kind, reason, advice, retryAfter } = error;
    assert.deepEqual({ kind, reason, advice, retryAfter }, about);
    assert.deepEqual([name, message], ['PipelineError', 'Could not queue it.']);
  });
});
