import assert from 'node:assert/strict';
import { RateLimits } from '../../../simulators/azure-devops/rate-limits.ts';

describe('The simulated rate limit', () => {
  const limit = { delayedAfter: 1, blockedAfter: 2, retryAfter: 30 };

  it("counts each identity's requests in the last five minutes", () => {
    const limits = new RateLimits();
    const at = (now: number, who = 'one') => limits.take(who, limit, now)?.isBlocked;
    assert.deepEqual([at(0), at(1), at(2), at(2, 'two')], [undefined, false, true, undefined]);
    assert.equal(at(300_002), undefined);
  });

  it('does nothing if there is none', () => {
    assert.equal(new RateLimits().take('one', undefined, 0), undefined);
  });
});
