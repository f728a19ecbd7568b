import assert from 'node:assert/strict';
import {
  PipelineError,
  pipelineFailures,
  pipelineReasons,
} from '../../src/azure/pipelines/pipeline-error.ts';
import { ActionError } from '../../src/actions/action-target.ts';
import { actionErrorOf } from '../../src/actions/pipeline-failure.ts';

function errorOf(kind: PipelineError['kind'], reason: PipelineError['reason']) {
  const about = { kind, reason, advice: 'Do this.', retryAfter: 5 };
  return actionErrorOf(new PipelineError('Could not.', about));
}

describe('The failure of a pipeline request, as the failure of an action', () => {
  for (const kind of pipelineFailures) {
    for (const reason of pipelineReasons) {
      it(`says what happened and what to do: ${kind}, ${reason}`, () => {
        const error = errorOf(kind, reason);
        assert.ok(error instanceof ActionError);
        assert.equal(error.message, 'Could not. Do this.');
        assert.equal(error.retryAfter, 5);
        // Only a refused action may be given up, and only an unclear one may have been done.
        if (kind === 'unclear') assert.equal(error.kind, 'unclear');
        else if (kind !== 'refused') assert.equal(error.kind, 'later');
        else assert.notEqual(error.kind, 'unclear');
      });
    }
  }

  const grantable = ['unknownPipeline', 'notAuthorized', 'needsEditQueueConfiguration'] as const;
  for (const reason of grantable) {
    it(`waits for something that a person may grant: ${reason}`, () => {
      const error = errorOf('refused', reason);
      assert.ok(error instanceof ActionError && error.kind === 'later');
    });
  }

  it('leaves any other error unchanged', () => {
    const error = new Error('a bug');
    assert.equal(actionErrorOf(error), error);
  });
});
