import { strict as assert } from 'node:assert';
import { done, refuse, wait } from '../../../src/sync/model/verdict.ts';

describe('A verdict', () => {
  it('waits without a message or a request by default', () => {
    const quiet = { kind: 'wait', doing: 'x', ask: undefined, at: undefined, inSteps: false };
    assert.deepEqual(wait('x'), quiet);
    assert.deepEqual(wait('x', { ask: 'refresh', at: 5 }), { ...quiet, ask: 'refresh', at: 5 });
  });

  it('ends with what is known, and with the refusal as its only cause', () => {
    const ending = { outcome: 'succeeded', message: 'm', evidence: '', causes: [] };
    assert.deepEqual(done('succeeded', 'm'), { kind: 'done', ending });
    const cause = { title: 't', message: 'r', advice: 'a', resource: undefined, log: [] };
    assert.deepEqual(refuse('blocked', 't', 'a', 'r'), {
      kind: 'done',
      ending: { outcome: 'blocked', message: 't', evidence: '', causes: [cause] },
    });
  });
});
