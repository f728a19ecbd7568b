import assert from 'node:assert/strict';
import fc from 'fast-check';
import { RateLimit } from '../../../src/handler/access/rate-limit.ts';

const limits = { requestsPerSecond: 10, burst: 3, pendingRuns: 1 };

function takeMany(rate: RateLimit, times: number, now: number): readonly number[] {
  return Array.from({ length: times }, () => rate.take('fabrikam', now));
}

describe('The rate limit', () => {
  it('admits a burst, then says how long to wait', () => {
    assert.deepEqual(takeMany(new RateLimit(limits), 4, 0), [0, 0, 0, 100]);
  });

  it('refills with time, but never beyond a burst', () => {
    const rate = new RateLimit(limits);
    takeMany(rate, 3, 0);
    assert.deepEqual(takeMany(rate, 2, 100), [0, 100]);
    assert.deepEqual(takeMany(rate, 4, 1_000_000), [0, 0, 0, 100]);
  });

  it('does not lengthen the wait of a client that asks too early', () => {
    const rate = new RateLimit(limits);
    takeMany(rate, 3, 0);
    assert.deepEqual(
      [40, 80, 99].map((now) => rate.take('fabrikam', now)),
      [60, 20, 1],
    );
    assert.equal(rate.take('fabrikam', 100), 0);
  });

  it('counts each client separately', () => {
    const rate = new RateLimit(limits);
    takeMany(rate, 3, 0);
    assert.equal(rate.take('contoso', 0), 0);
  });

  it('does not change when the clock is set back', () => {
    const rate = new RateLimit(limits);
    takeMany(rate, 3, 10_000);
    assert.deepEqual([rate.take('fabrikam', 0), rate.take('fabrikam', 100)], [100, 0]);
  });

  it('follows new limits', () => {
    const rate = new RateLimit(limits);
    takeMany(rate, 3, 0);
    rate.limits = { ...limits, requestsPerSecond: 1_000 };
    assert.equal(rate.take('fabrikam', 1), 0);
  });

  it('never admits more than burst and rate together', () => {
    const gaps = fc.array(fc.nat(400), { maxLength: 200 });
    fc.assert(
      fc.property(gaps, (waits) => {
        const rate = new RateLimit(limits);
        let now = 0;
        let passed = 0;
        for (const wait of waits) {
          now += wait;
          if (rate.take('fabrikam', now) === 0) passed++;
        }
        assert.ok(passed <= limits.burst + (now * limits.requestsPerSecond) / 1_000 + 1e-6);
      }),
    );
  });

  it('admits a client that waits as long as it was told', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), fc.array(fc.nat(50)), (perSecond, waits) => {
        const rate = new RateLimit({ ...limits, requestsPerSecond: perSecond });
        let now = 0;
        for (const wait of waits) {
          now += wait;
          const more = rate.take('fabrikam', now);
          if (more === 0) continue;
          now += more;
          assert.equal(rate.take('fabrikam', now), 0);
        }
      }),
    );
  });
});
