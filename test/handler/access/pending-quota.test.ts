import assert from 'node:assert/strict';
import { quotaProblem } from '../../../src/handler/access/pending-quota.ts';

const limits = { requestsPerSecond: 1, burst: 1, pendingRuns: 3 };

describe('The quota of pending runs', () => {
  it('admits as many as are allowed', () => {
    assert.equal(quotaProblem('fabrikam', 2, limits), undefined);
  });

  it('says who has how many, and which setting limits them', () => {
    assert.equal(
      quotaProblem('fabrikam', 3, limits),
      'Client "fabrikam" has 3 open runs, and 3 are allowed (limits.pendingRuns). Try again when some have ended.',
    );
  });
});
