import assert from 'node:assert/strict';
import { quotaProblem } from '../../../src/handler/access/pending-quota.ts';

const limits = { requestsPerSecond: 1, burst: 1, pendingRuns: 3 };

describe('the quota of pending runs', () => {
  it('has room for as many as are allowed', () => {
    assert.equal(quotaProblem('fabrikam', 2, limits), undefined);
  });

  it('says who has how many, and which setting bounds them', () => {
    assert.equal(
      quotaProblem('fabrikam', 3, limits),
      'Client "fabrikam" has 3 open runs, and 3 are allowed (limits.pendingRuns). Try again when some have ended.',
    );
  });
});
