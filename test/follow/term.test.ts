import assert from 'node:assert/strict';
import { Term } from '../../src/follow/term.ts';
import { ManualClock } from './manual-clock.ts';

describe('a term', () => {
  let clock: ManualClock;

  beforeEach(() => {
    clock = new ManualClock();
  });

  it('ends at its time, and not before', async () => {
    const term = new Term(clock, { at: clock.now() + 1_000 });
    await clock.pass(999);
    assert.equal(term.signal.aborted, false);
    await clock.pass(1);
    assert.equal(term.signal.aborted, true);
  });

  it('ends at once when its time is over', () => {
    assert.equal(new Term(clock, { at: clock.now() }).signal.aborted, true);
  });

  it('ends with its parent', () => {
    const parent = new AbortController();
    const term = new Term(clock, { parent: parent.signal });
    parent.abort();
    assert.equal(term.signal.aborted, true);
  });

  it('ends when nobody needs it any more, and leaves its parent alone and no timer behind', async () => {
    const parent = new AbortController();
    const term = new Term(clock, { parent: parent.signal, at: clock.now() + 1_000 });
    term.end();
    term.end();
    await clock.pass(0);
    assert.equal(term.signal.aborted, true);
    assert.equal(parent.signal.aborted, false);
    assert.equal(clock.sleeping, 0);
  });

  it('is not ended early by a time that is further off than a timer can wait', async () => {
    const month = 31 * 24 * 3_600_000;
    const term = new Term(clock, { at: clock.now() + month });
    await clock.pass(month - 1);
    assert.equal(term.signal.aborted, false);
    await clock.pass(1);
    assert.equal(term.signal.aborted, true);
  });
});
