import assert from 'node:assert/strict';
import { IdleTracker } from '../../../../src/handler/runs/execution/idle-tracker.ts';
import { ManualClock } from '../../../follow/manual-clock.ts';

const busy = { kind: 'busy' } as const;
const over = { kind: 'over' } as const;
const idle = (until: number) => ({ kind: 'idle', until }) as const;

describe('The idle state of a run', () => {
  let clock: ManualClock;
  let idleTracker: IdleTracker;

  beforeEach(() => {
    clock = new ManualClock();
    idleTracker = new IdleTracker(clock);
  });

  it('is unknown at first', () => {
    assert.equal(idleTracker.since, undefined);
  });

  it('starts when all its applications wait, and not before', async () => {
    idleTracker.note('shop', idle(9_000_000));
    idleTracker.note('cart', busy);
    assert.equal(idleTracker.since, undefined);
    await clock.pass(5_000);
    idleTracker.note('cart', idle(8_000_000));
    assert.equal(idleTracker.since, clock.now());
  });

  it('continues while they wait for one thing after another', async () => {
    idleTracker.note('shop', idle(9_000_000));
    const began = clock.now();
    await clock.pass(5_000);
    idleTracker.note('shop', idle(8_000_000));
    assert.equal(idleTracker.since, began);
  });

  it('ends when one of them is active again, and can start again', async () => {
    idleTracker.note('shop', idle(9_000_000));
    idleTracker.note('shop', busy);
    assert.equal(idleTracker.since, undefined);
    await clock.pass(5_000);
    idleTracker.note('shop', idle(9_000_000));
    assert.equal(idleTracker.since, clock.now());
  });

  it('ignores applications that have ended, and ends when all have', () => {
    idleTracker.note('shop', idle(9_000_000));
    idleTracker.note('cart', busy);
    idleTracker.note('cart', over);
    assert.equal(idleTracker.since, clock.now());
    assert.deepEqual(idleTracker.names, ['shop']);
    idleTracker.note('shop', over);
    assert.equal(idleTracker.since, undefined);
  });

  it('ignores changes of applications that wait for something else', () => {
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
