import assert from 'node:assert/strict';
import { SimulatedClock, timestamp } from '../../../simulators/argo-cd/clock.ts';

describe('The simulated clock', () => {
  it('runs due timers in the order of simulated time, at that time', () => {
    const clock = new SimulatedClock(Infinity, 1000);
    const seen: string[] = [];
    clock.after(20, () => seen.push(`late ${clock.now}`));
    clock.after(10, () => {
      seen.push(`early ${clock.now}`);
      clock.after(5, () => seen.push(`between ${clock.now}`));
    });
    clock.advance(100);
    assert.deepEqual(seen, ['early 1010', 'between 1015', 'late 1020']);
    assert.equal(clock.now, 1100);
  });

  it('does not run canceled timers', () => {
    const clock = new SimulatedClock(Infinity, 0);
    clock.after(10, () => assert.fail())();
    clock.advance(100);
  });

  it('runs by itself, faster than real time by its scale', async () => {
    const clock = new SimulatedClock(0.01, 0);
    const from = performance.now();
    await clock.sleep(10_000);
    const real = performance.now() - from;
    clock.stop();
    assert(real >= 95, `${real} ms`);
  });

  it('keeps the order of simulated time if real timers are late', () => {
    const clock = new SimulatedClock(0.000_001, 0);
    const seen: number[] = [];
    for (const at of [300, 100, 200]) clock.after(at, () => seen.push(at));
    const until = performance.now() + 2;
    while (performance.now() < until);
    clock.arrive();
    clock.stop();
    assert.deepEqual(seen, [100, 200, 300]);
  });

  it('shows whole seconds, like Kubernetes', () => {
    assert.equal(timestamp(Date.UTC(2026, 10, 21, 1, 2, 3, 999)), '2026-11-21T01:02:03Z');
  });
});
