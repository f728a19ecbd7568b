import assert from 'node:assert/strict';
import { Idleness } from '../../../src/handler/runs/idleness.ts';
import { ManualClock } from '../../follow/manual-clock.ts';

const busy = { kind: 'busy' } as const;
const over = { kind: 'over' } as const;
const idle = (until: number) => ({ kind: 'idle', until }) as const;

describe('the idleness of a run', () => {
  let clock: ManualClock;
  let idleness: Idleness;

  beforeEach(() => {
    clock = new ManualClock();
    idleness = new Idleness(clock);
  });

  it('is not there before anything is known', () => {
    assert.equal(idleness.since, undefined);
  });

  it('begins when all of its applications wait, and not before', async () => {
    idleness.note('shop', idle(9_000_000));
    idleness.note('cart', busy);
    assert.equal(idleness.since, undefined);
    await clock.pass(5_000);
    idleness.note('cart', idle(8_000_000));
    assert.equal(idleness.since, clock.now());
  });

  it('goes on while they wait for one thing and then for another', async () => {
    idleness.note('shop', idle(9_000_000));
    const began = clock.now();
    await clock.pass(5_000);
    idleness.note('shop', idle(8_000_000));
    assert.equal(idleness.since, began);
  });

  it('ends when one of them works again, and begins anew', async () => {
    idleness.note('shop', idle(9_000_000));
    idleness.note('shop', busy);
    assert.equal(idleness.since, undefined);
    await clock.pass(5_000);
    idleness.note('shop', idle(9_000_000));
    assert.equal(idleness.since, clock.now());
  });

  it('does not wait for those that are over, and is none when all are', () => {
    idleness.note('shop', idle(9_000_000));
    idleness.note('cart', busy);
    idleness.note('cart', over);
    assert.equal(idleness.since, clock.now());
    assert.deepEqual(idleness.names, ['shop']);
    idleness.note('shop', over);
    assert.equal(idleness.since, undefined);
  });

  it('ends by itself with the first of the waits', () => {
    idleness.note('shop', idle(9_000_000));
    idleness.note('cart', idle(8_000_000));
    assert.equal(idleness.until, 8_000_000);
  });

  it('ends with news of any of them, children as well, each named once', () => {
    idleness.note('team/shop', idle(9_000_000));
    idleness.note('shop', idle(9_000_000));
    idleness.note('root > team/cart', idle(9_000_000));
    assert.deepEqual(idleness.names, ['shop', 'cart']);
  });
});
