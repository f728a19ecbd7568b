import assert from 'node:assert/strict';
import { ActionError } from '../../../src/actions/action-target.ts';
import { actionErrorOf } from '../../../src/actions/pipeline-failure.ts';
import {
  PipelineError,
  type PipelineFailure,
  type PipelineReason,
} from '../../../src/azure/pipelines/pipeline-error.ts';
import { CountedTarget } from '../../../src/handler/follow-ups/counted-target.ts';
import { storedAction } from './sample-action.ts';

const outcome = { id: 1, name: 'argocd-1', page: '' };
const { signal } = new AbortController();

function pipelineError(reason: PipelineReason, kind: PipelineFailure = 'refused'): Error {
  return actionErrorOf(new PipelineError('It failed.', { kind, reason, advice: 'Look.' })) as Error;
}

describe('A target whose results are counted', () => {
  for (const [what, error, expected] of [
    ['a refusal, by its reason', pipelineError('undeclaredParameter'), ['undeclaredParameter']],
    ['a missing right, although it is retried', pipelineError('notAuthorized'), ['notAuthorized']],
    ['a refusal without a reason', new ActionError('refused', 'no'), ['other']],
    ['no outage', pipelineError('unavailable', 'unavailable'), []],
    ['no throttling', pipelineError('throttled', 'throttled'), []],
    ['nothing unclear', new ActionError('unclear', 'no answer'), []],
    ['no bug', new Error('bug'), []],
  ] as const) {
    it(`counts ${what}, and passes it on`, async () => {
      const told: string[] = [];
      const target = new CountedTarget(
        {
          prepare: () => Promise.reject(error),
          send: () => Promise.reject(error),
          lookUp: () => Promise.reject(error),
        },
        { refused: (reason) => told.push(reason), found: () => assert.fail() },
      );
      await assert.rejects(target.prepare(storedAction(), signal), error);
      assert.deepEqual(told, expected);
      await assert.rejects(target.send('', signal), error);
      await assert.rejects(target.lookUp('', 0, signal), error);
      assert.deepEqual(told, [...expected, ...expected]);
    });
  }

  it('counts an action that is found to be done', async () => {
    let found = 0;
    const answers = [undefined, outcome];
    const target = new CountedTarget(
      {
        prepare: () => Promise.resolve('request'),
        send: () => Promise.resolve(outcome),
        lookUp: () => Promise.resolve(answers.shift()),
      },
      { refused: () => assert.fail(), found: () => (found += 1) },
    );
    assert.equal(await target.prepare(storedAction(), signal), 'request');
    assert.equal(await target.send('', signal), outcome);
    assert.equal(await target.lookUp('', 0, signal), undefined);
    assert.equal(await target.lookUp('', 0, signal), outcome);
    assert.equal(found, 1);
  });
});
