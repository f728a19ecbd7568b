import assert from 'node:assert/strict';
import { Alarm } from '../../src/follow/alarm.ts';
import { ManualClock, settle } from './manual-clock.ts';

describe('an alarm', () => {
  const never = new AbortController().signal;
  let clock: ManualClock;
  let alarm: Alarm;

  beforeEach(() => {
    clock = new ManualClock();
    alarm = new Alarm(clock);
  });

  /** How long a wait lasts, in milliseconds. */
  async function lasts(wait: Promise<void>): Promise<number> {
    const before = clock.now();
    await clock.finish(wait);
    return clock.now() - before;
  }

  it('waits for its time when nobody rings', async () => {
    assert.equal(await lasts(alarm.wait(500, never)), 500);
  });

  it('ends the wait that is on', async () => {
    const waiting = alarm.wait(500, never);
    alarm.ring();
    assert.equal(await lasts(waiting), 0);
  });

  it('does not lose a ring that came before the wait', async () => {
    alarm.ring();
    assert.equal(await lasts(alarm.wait(500, never)), 0);
  });

  it('rings for one wait only', async () => {
    alarm.ring();
    alarm.ring();
    await alarm.wait(500, never);
    assert.equal(await lasts(alarm.wait(500, never)), 500);
  });

  it('ends with the signal', async () => {
    const cancelling = new AbortController();
    const waiting = alarm.wait(500, cancelling.signal);
    cancelling.abort();
    assert.equal(await lasts(waiting), 0);
    assert.equal(await lasts(alarm.wait(500, cancelling.signal)), 0);
  });

  it('leaves no timer behind', async () => {
    const waiting = alarm.wait(500, never);
    alarm.ring();
    await waiting;
    await settle();
    assert.equal(clock.sleeping, 0);
  });
});
