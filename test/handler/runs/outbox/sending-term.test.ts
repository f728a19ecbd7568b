import assert from 'node:assert/strict';
import { SendingTerm } from '../../../../src/handler/runs/outbox/sending-term.ts';
import { ManualClock } from '../../../follow/manual-clock.ts';

describe('The cancel scope of consecutive calls', () => {
  let clock: ManualClock;
  let parent: AbortController;
  /** A second for each call. */
  let term: SendingTerm;

  beforeEach(() => {
    clock = new ManualClock();
    parent = new AbortController();
    term = new SendingTerm(clock, () => clock.now() + 1_000, parent.signal);
  });

  it('gives each call its time limit, with one timer for all', async () => {
    const first = term.begin();
    await clock.pass(900);
    const second = term.begin();
    assert.equal(clock.sleeping, 1);
    await clock.pass(999);
    assert.deepEqual([first.aborted, second.aborted], [false, false]);
    await clock.pass(1);
    assert.equal(second.aborted, true);
  });

  it('gives a call its time limit after one that was cut off', async () => {
    term.begin();
    await clock.pass(1_000);
    const next = term.begin();
    await clock.pass(999);
    assert.equal(next.aborted, false);
    await clock.pass(1);
    assert.equal(next.aborted, true);
  });

  it('ends with its parent, and gives the reason', () => {
    const signal = term.begin();
    term.throwIfAborted();
    parent.abort(new Error('the process ends'));
    assert.equal(signal.aborted, true);
    assert.throws(() => term.throwIfAborted(), /the process ends/);
  });

  it('leaves no timer behind', async () => {
    term.begin();
    term.end();
    await clock.pass(0);
    assert.equal(clock.sleeping, 0);
  });

  it('has no timer before the first call, and can end without one', () => {
    term.end();
    assert.equal(clock.sleeping, 0);
  });
});
