import assert from 'node:assert/strict';
import { SimulatedClock } from '../../../simulators/argo-cd/clock.ts';
import { afterLong, pause } from '../../../simulators/azure-devops/pause.ts';

const day = 24 * 3_600_000;

describe('A pause', () => {
  it('ends after its time', async () => {
    const clock = new SimulatedClock(Infinity, 0);
    let over = false;
    const paused = pause(clock, 1000, new AbortController().signal).then(() => (over = true));
    clock.advance(999);
    await Promise.resolve();
    assert.equal(over, false);
    clock.advance(1);
    await paused;
  });

  it('ends with the signal, whether aborted before or during the pause', async () => {
    const clock = new SimulatedClock(Infinity, 0);
    const stop = new AbortController();
    const paused = pause(clock, 1000, stop.signal);
    stop.abort();
    await paused;
    await pause(clock, 1000, stop.signal);
  });
});

describe('A timer of many days', () => {
  it('runs after all of them', () => {
    const clock = new SimulatedClock(Infinity, 0);
    let ran = 0;
    afterLong(clock, 45 * day, () => ran++);
    clock.advance(45 * day - 1);
    assert.equal(ran, 0);
    clock.advance(1);
    assert.equal(ran, 1);
  });

  it('can be canceled at any time', () => {
    const clock = new SimulatedClock(Infinity, 0);
    let ran = 0;
    const cancel = afterLong(clock, 45 * day, () => ran++);
    clock.advance(25 * day);
    cancel();
    clock.advance(45 * day);
    assert.equal(ran, 0);
  });
});
