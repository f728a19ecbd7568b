import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { systemClock } from '../../src/async/clock.ts';

describe('The system clock', () => {
  const never = new AbortController().signal;

  it('sleeps for a time, and not at all for a negative one', async () => {
    const before = performance.now();
    await systemClock.sleep(5, never);
    await systemClock.sleep(-1_000, never);
    const lasted = performance.now() - before;
    assert.ok(lasted >= 4, `it slept ${lasted} ms`);
  });

  it('wakes when the signal aborts, and does not sleep if it already has', async () => {
    const cancelling = new AbortController();
    const sleeping = systemClock.sleep(60_000, cancelling.signal);
    cancelling.abort();
    await sleeping;
    await systemClock.sleep(60_000, cancelling.signal);
  });

  it('leaves no listener, however it ends', async () => {
    const cancelling = new AbortController();
    await systemClock.sleep(0, cancelling.signal);
    assert.equal(getEventListeners(cancelling.signal, 'abort').length, 0);
    const sleeping = systemClock.sleep(60_000, cancelling.signal);
    cancelling.abort();
    await sleeping;
    assert.equal(getEventListeners(cancelling.signal, 'abort').length, 0);
  });

  it("returns the machine's time", () => {
    assert.ok(Math.abs(systemClock.now() - Date.now()) < 1_000);
  });
});
