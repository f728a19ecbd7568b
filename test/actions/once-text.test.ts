import assert from 'node:assert/strict';
import { printOnceOf } from '../../src/actions/once-text.ts';
import { printRequest, uncheckedRequest } from '../../src/actions/pipeline-request.ts';
import { runMarks } from '../../src/azure/pipelines/pipelines.ts';
import { queueing } from '../handler/follow-ups/sample-action.ts';

const address = { organization: 'https://dev.azure.com/fabrikam', project: 'shop', pipeline: 7 };

describe('How often an event runs a pipeline', () => {
  for (const mark of runMarks) {
    const expected = mark === 'tag' ? 'at most one duplicate within 40 s' : 'exactly once';
    it(`is ${expected} where its runs are found by ${mark}`, () => {
      const request = uncheckedRequest(queueing, { ...address, kind: 'yaml' }, '1'.repeat(15));
      assert.equal(printOnceOf('queuePipeline', printRequest({ ...request, mark })), expected);
    });
  }

  it('is unknown before it is asked, and if the answer cannot be parsed', () => {
    for (const request of [undefined, '', 'no JSON', '{}']) {
      assert.equal(printOnceOf('queuePipeline', request), '');
    }
  });

  it('is at least once for a webhook', () => {
    assert.match(printOnceOf('postWebHook', undefined), /at least once/);
  });
});
