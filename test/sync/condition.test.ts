import { strict as assert } from 'node:assert';
import { errorConditions, isPassing, terminalConditions } from '../../src/sync/condition.ts';
import { application, comparisonError } from './sample-application.ts';

describe('conditions', () => {
  const passing = [
    'rpc error: code = Unavailable desc = connection error',
    'dial tcp 10.0.0.1:8081: connect: connection refused',
    'rpc error: code = DeadlineExceeded desc = context deadline exceeded',
    'failed to list refs: Get "https://git.example.com/info/refs": EOF',
  ];
  const lasting = [
    'Failed to load target state: failed to unmarshal "a.yaml": unexpected EOF',
    'rpc error: code = Unknown desc = app path does not exist',
    'authentication required',
  ];
  for (const message of passing) {
    it(`take "${message}" for something that passes`, () => {
      assert.equal(isPassing(message), true);
      const conditions = [comparisonError(message)];
      assert.deepEqual(terminalConditions(application({ conditions })), []);
      assert.deepEqual(errorConditions(application({ conditions })), conditions);
    });
  }
  for (const message of lasting) {
    it(`take "${message}" for something that lasts`, () => {
      const conditions = [comparisonError(message)];
      assert.deepEqual(terminalConditions(application({ conditions })), conditions);
    });
  }

  it('are terminal when nothing can be deployed, not when something failed', () => {
    const spec = { type: 'InvalidSpecError', message: 'no destination' };
    const sync = { type: 'SyncError', message: 'failed' };
    const warning = { type: 'SharedResourceWarning', message: 'shared' };
    const one = application({ conditions: [spec, sync, warning] });
    assert.deepEqual(terminalConditions(one), [spec]);
    assert.deepEqual(errorConditions(one), [spec, sync]);
  });
});
