import { strict as assert } from 'node:assert';
import { isDryRun } from '../../../src/sync/model/goal.ts';
import { rollbackGoal, syncGoal, terminateGoal, waitGoal } from '../sample-application.ts';

describe('isDryRun', () => {
  it('is true only for a sync or a rollback', () => {
    assert.deepEqual([syncGoal(), rollbackGoal(), waitGoal(), terminateGoal].map(isDryRun), [
      false,
      false,
      false,
      false,
    ]);
    assert.equal(isDryRun(syncGoal({ options: { dryRun: true } })), true);
    assert.equal(isDryRun(rollbackGoal({ dryRun: true })), true);
  });
});
