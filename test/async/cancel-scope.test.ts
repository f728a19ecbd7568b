import assert from 'node:assert/strict';
import { CancelScope } from '../../src/async/cancel-scope.ts';
import { ManualClock } from '../follow/manual-clock.ts';

describe('A cancel scope', () => {
  let clock: ManualClock;

  beforeEach(() => {
    clock = new ManualClock();
  });

  it('ends at its deadline, and not before', async () => {
    const scope = new CancelScope(clock, { at: clock.now() + 1_000 });
    await clock.pass(999);
    assert.equal(scope.signal.aborted, false);
    await clock.pass(1);
    assert.equal(scope.signal.aborted, true);
  });

  it('ends immediately if its deadline has passed', () => {
    assert.equal(new CancelScope(clock, { at: clock.now() }).signal.aborted, true);
  });

  it('ends with its parent', () => {
    const parent = new AbortController();
    const scope = new CancelScope(clock, { parent: parent.signal });
    parent.abort();
    assert.equal(scope.signal.aborted, true);
  });

  it('ends when it is no longer needed, without ending its parent or leaving a timer', async () => {
    const parent = new AbortController();
    const scope = new CancelScope(clock, { parent: parent.signal, at: clock.now() + 1_000 });
    scope.end();
    scope.end();
    await clock.pass(0);
    assert.equal(scope.signal.aborted, true);
    assert.equal(parent.signal.aborted, false);
    assert.equal(clock.sleeping, 0);
  });

  it('creates no error when it ends, since each call has its own', () => {
    const [one, other] = [new CancelScope(clock, {}), new CancelScope(clock, {})];
    one.end();
    other.end();
    assert.equal((one.signal.reason as Error).name, 'AbortError');
    assert.ok(one.signal.reason === other.signal.reason);
  });

  it("does not end early if its deadline is beyond a timer's limit", async () => {
    const month = 31 * 24 * 3_600_000;
    const scope = new CancelScope(clock, { at: clock.now() + month });
    await clock.pass(month - 1);
    assert.equal(scope.signal.aborted, false);
    await clock.pass(1);
    assert.equal(scope.signal.aborted, true);
  });

  it('ends later when it is extended, and never earlier', async () => {
    const scope = new CancelScope(clock, { at: clock.now() + 1_000 });
    scope.prolong(clock.now() + 500);
    scope.prolong(clock.now() + 2_000);
    await clock.pass(1_999);
    assert.equal(scope.signal.aborted, false);
    await clock.pass(1);
    assert.equal(scope.signal.aborted, true);
    scope.prolong(clock.now() + 1_000);
    assert.equal(scope.signal.aborted, true);
    assert.equal(clock.sleeping, 0);
  });
});
