import assert from 'node:assert/strict';
import { Wakeup } from '../../src/async/wakeup.ts';
import { ManualClock, settle } from '../follow/manual-clock.ts';

describe('A wakeup', () => {
  const never = new AbortController().signal;
  let clock: ManualClock;
  let wakeup: Wakeup;

  beforeEach(() => {
    clock = new ManualClock();
    wakeup = new Wakeup(clock);
  });

  /** How long a wait lasts, in milliseconds. */
  async function lasts(wait: Promise<void>): Promise<number> {
    const before = clock.now();
    await clock.finish(wait);
    return clock.now() - before;
  }

  it('waits for the full time if nobody rings', async () => {
    assert.equal(await lasts(wakeup.wait(500, never)), 500);
  });

  it('ends the current wait', async () => {
    const waiting = wakeup.wait(500, never);
    wakeup.wake();
    assert.equal(await lasts(waiting), 0);
  });

  it('remembers a ring that came before the wait', async () => {
    wakeup.wake();
    assert.equal(await lasts(wakeup.wait(500, never)), 0);
  });

  it('ends one wait only', async () => {
    wakeup.wake();
    wakeup.wake();
    await wakeup.wait(500, never);
    assert.equal(await lasts(wakeup.wait(500, never)), 500);
  });

  it('ends with the signal', async () => {
    const cancelling = new AbortController();
    const waiting = wakeup.wait(500, cancelling.signal);
    cancelling.abort();
    assert.equal(await lasts(waiting), 0);
    assert.equal(await lasts(wakeup.wait(500, cancelling.signal)), 0);
  });

  it('leaves no timer behind', async () => {
    const waiting = wakeup.wait(500, never);
    wakeup.wake();
    await waiting;
    await settle();
    assert.equal(clock.sleeping, 0);
  });
});
