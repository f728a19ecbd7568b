import assert from 'node:assert/strict';
import { RetryBackoff } from '../../../src/handler/runs/retry-backoff.ts';
import { ManualClock, settle } from '../../follow/manual-clock.ts';
import { failed } from './fake-plan.ts';

const minute = 60_000;

describe('The retry backoff of a run', () => {
  let clock: ManualClock;
  let retryBackoff: RetryBackoff;
  let began: number;
  let listeners: Set<() => void>;
  let life: AbortController;

  beforeEach(() => {
    clock = new ManualClock();
    retryBackoff = new RetryBackoff({ clock, random: () => 1 });
    began = clock.now();
    listeners = new Set();
    life = new AbortController();
  });

  const onReturn = (listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const returns = () => [...listeners].forEach((listener) => listener());
  const wait = (until = Infinity) => retryBackoff.wait(onReturn, until, life.signal);
  /** How long the next try must wait. */
  const pause = async (until?: number) => {
    const from = clock.now();
    await clock.finish(wait(until));
    return clock.now() - from;
  };

  it('is zero before anything failed', async () => {
    assert.equal(await pause(), 0);
    assert.equal(retryBackoff.waitsUntil, undefined);
  });

  it('grows with each failure, up to a minute', async () => {
    const pauses: number[] = [];
    for (let failures = 0; failures < 10; failures += 1) {
      retryBackoff.failed(failed('unavailable'));
      pauses.push(await pause());
    }
    const growing = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000];
    assert.deepEqual(pauses, [...growing, minute, minute, minute]);
  });

  it('starts again after a success', async () => {
    for (let failures = 0; failures < 6; failures += 1) retryBackoff.failed(failed('unavailable'));
    retryBackoff.succeeded();
    assert.equal(await pause(), 0);
    retryBackoff.failed(failed('unavailable'));
    assert.equal(await pause(), 500);
  });

  it('counts from the failure, not from the wait', async () => {
    for (let failures = 0; failures < 4; failures += 1) retryBackoff.failed(failed('unavailable'));
    await clock.pass(3_000);
    assert.equal(await pause(), 1_000);
    assert.equal(await pause(), 0);
  });

  it('is as long as the server asks, but no longer than five minutes', async () => {
    retryBackoff.failed(failed('throttled', 90_000));
    assert.equal(await pause(), 90_000);
    retryBackoff.failed(failed('throttled', 24 * 60 * minute));
    assert.equal(await pause(), 5 * minute);
    retryBackoff.failed(failed('throttled', 10));
    assert.equal(await pause(), 2_000);
  });

  it('ends at a limit', async () => {
    retryBackoff.failed(failed('throttled', minute));
    assert.equal(await pause(began + 10_000), 10_000);
    assert.equal(await pause(began), 0);
  });

  it('says until when it waits during the wait', async () => {
    retryBackoff.failed(failed('unavailable'));
    assert.equal(retryBackoff.waitsUntil, undefined);
    const waiting = wait();
    assert.equal(retryBackoff.waitsUntil, began + 500);
    await clock.finish(waiting);
    assert.equal(retryBackoff.waitsUntil, undefined);
  });

  it('ends when the organization responds again, and stops listening', async () => {
    for (let failures = 0; failures < 9; failures += 1) retryBackoff.failed(failed('unclear'));
    const waiting = wait();
    await clock.pass(7_000);
    returns();
    await waiting;
    assert.equal(clock.now() - began, 7_000);
    assert.deepEqual([listeners.size, clock.sleeping], [0, 0]);
  });

  it('is no shorter after a recovery than the server asked', async () => {
    retryBackoff.failed(failed('unavailable', 30_000));
    const waiting = wait();
    returns();
    await settle();
    assert.equal(retryBackoff.waitsUntil, began + 30_000);
    await clock.finish(waiting);
    assert.equal(clock.now() - began, 30_000);
  });

  it('continues growing after a false recovery', async () => {
    for (let failures = 0; failures < 4; failures += 1) retryBackoff.failed(failed('unavailable'));
    const waiting = wait();
    returns();
    await waiting;
    retryBackoff.failed(failed('unavailable'));
    assert.equal(await pause(), 8_000);
  });

  it('ends with the signal, and stops listening', async () => {
    retryBackoff.failed(failed('unavailable'));
    const waiting = wait();
    await settle();
    life.abort();
    await waiting;
    assert.deepEqual([retryBackoff.waitsUntil, listeners.size, clock.sleeping], [undefined, 0, 0]);
    await wait();
  });

  it('notices a recovery even while the run is not in memory', async () => {
    for (let failures = 0; failures < 9; failures += 1) retryBackoff.failed(failed('unavailable'));
    let heard = 0;
    const stop = retryBackoff.subscribe(onReturn, () => (heard += 1));
    returns();
    assert.equal(heard, 1);
    assert.equal(await pause(), 0);
    stop();
    assert.equal(listeners.size, 0);
  });

  describe('with a token that is refused', () => {
    const refuse = async (times: number, every: number) => {
      for (let count = 0; count < times; count += 1) {
        if (count > 0) await clock.pass(every);
        retryBackoff.failed(failed('unauthenticated'));
      }
    };

    for (const [tries, every, isRefused] of [
      [1, 0, false],
      [3, minute, false],
      [4, 10_000, false],
      [4, 20_000, true],
      [100, 100, false],
      [100, 1_000, true],
    ] as const) {
      it(`${isRefused ? 'counts' : 'does not count'} it as refused after ${tries} tries, ${every} ms apart`, async () => {
        await refuse(tries, every);
        assert.equal(retryBackoff.isTokenRefused, isRefused);
        assert.equal(retryBackoff.tokenRefusedFor, (tries - 1) * every);
      });
    }

    it('forgets that once it is accepted', async () => {
      await refuse(10, 20_000);
      retryBackoff.succeeded();
      assert.deepEqual([retryBackoff.isTokenRefused, retryBackoff.tokenRefusedFor], [false, 0]);
      await refuse(3, minute);
      assert.equal(retryBackoff.isTokenRefused, false);
    });
  });
});
