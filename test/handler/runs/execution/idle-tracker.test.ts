import assert from 'node:assert/strict';
import { IdleTracker } from '../../../../src/handler/runs/execution/idle-tracker.ts';
import { ManualClock } from '../../../follow/manual-clock.ts';

const busy = { kind: 'busy' } as const;
const over = { kind: 'over' } as const;
const idle = (until: number) => ({ kind: 'idle', until }) as const;

describe('the idleness of a run', () => {
  let clock: ManualClock;
  let idleTracker: IdleTracker;

  beforeEach(() => {
    clock = new ManualClock();
    idleTracker = new IdleTracker(clock);
  });

  it('is not there before anything is known', () => {
    assert.equal(idleTracker.since, undefined);
  });

  it('starts when all of its applications wait, and not before', async () => {
    idleTracker.note('shop', idle(9_000_000));
    idleTracker.note('cart', busy);
    assert.equal(idleTracker.since, undefined);
    await clock.pass(5_000);
    idleTracker.note('cart', idle(8_000_000));
    assert.equal(idleTracker.since, clock.now());
  });

  it('continues while they wait for one thing and then for another', async () => {
    idleTracker.note('shop', idle(9_000_000));
    const began = clock.now();
    await clock.pass(5_000);
    idleTracker.note('shop', idle(8_000_000));
    assert.equal(idleTracker.since, began);
  });

  it('ends when one of them works again, and starts again', async () => {
    idleTracker.note('shop', idle(9_000_000));
    idleTracker.note('shop', busy);
    assert.equal(idleTracker.since, undefined);
    await clock.pass(5_000);
    idleTracker.note('shop', idle(9_000_000));
    assert.equal(idleTracker.since, clock.now());
  });

  it('does not wait for those that are over, and is none when all are', () => {
    idleTracker.note('shop', idle(9_000_000));
    idleTracker.note('cart', busy);
    idleTracker.note('cart', over);
    assert.equal(idleTracker.since, clock.now());
    assert.deepEqual(idleTracker.names, ['shop']);
    idleTracker.note('shop', over);
    assert.equal(idleTracker.since, undefined);
  });

  it('hears of no change of those that wait for something else', () => {
    idleTracker.note('shop', { ...idle(9_000_000), isDeaf: true });
    idleTracker.note('cart', idle(9_000_000));
    assert.deepEqual(idleTracker.names, ['cart']);
    idleTracker.note('shop', idle(9_000_000));
    assert.deepEqual(idleTracker.names, ['shop', 'cart']);
  });

  it('ends by itself with the first of the waits', () => {
    idleTracker.note('shop', idle(9_000_000));
    idleTracker.note('cart', idle(8_000_000));
    assert.equal(idleTracker.until, 8_000_000);
  });

  it('ends with a change of any of them, including children, each named once', () => {
    idleTracker.note('team/shop', idle(9_000_000));
    idleTracker.note('shop', idle(9_000_000));
    idleTracker.note('root > team/cart', idle(9_000_000));
    assert.deepEqual(idleTracker.names, ['shop', 'cart']);
  });
});
