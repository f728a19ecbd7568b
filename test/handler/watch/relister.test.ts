import assert from 'node:assert/strict';
import { Relister } from '../../../src/handler/watch/relister.ts';
import type { Listing } from '../../../src/sync/model/application-summary.ts';
import { failed } from '../../follow/fake-argo-cd.ts';
import { ManualClock } from '../../follow/manual-clock.ts';

describe('The relister', () => {
  let clock: ManualClock;
  let cancelling: AbortController;
  let asked: number[];
  let taken: number;
  let streamSince: number | undefined;
  let onList: () => Promise<readonly Listing[]>;
  let failures: number;
  let relister: Relister;
  let running: Promise<void>;

  beforeEach(() => {
    clock = new ManualClock();
    cancelling = new AbortController();
    asked = [];
    taken = 0;
    failures = 0;
    streamSince = undefined;
    onList = () => Promise.resolve([]);
    relister = new Relister(
      {
        list: () => {
          asked.push(clock.now());
          return onList();
        },
        streamSince: () => streamSince,
        taken: () => {
          taken += 1;
        },
        failed: () => (failures += 1),
      },
      clock,
      () => 0.5,
    );
  });
  afterEach(async () => {
    cancelling.abort();
    await clock.finish(running);
    assert.equal(clock.sleeping, 0, 'a timer is left behind');
  });

  const run = () => {
    running = relister.run(cancelling.signal);
    return clock.pass(0);
  };
  const pauses = () => asked.slice(1).map((at, index) => at - (asked[index] ?? 0));

  it('lists immediately, and then every 5 s while no stream is alive', async () => {
    await run();
    await clock.pass(15_000);
    assert.deepEqual(pauses(), [5_000, 5_000, 5_000]);
    assert.equal(taken, 4);
  });

  it('lists again just after a stream opened, and then every minute', async () => {
    await run();
    await clock.pass(1_000);
    streamSince = clock.now();
    relister.wake();
    await clock.pass(123_000);
    assert.deepEqual(pauses(), [3_000, 60_000, 60_000]);
  });

  it('lists soon after a stream broke that was alive for long', async () => {
    streamSince = clock.now() - 100_000;
    await run();
    await clock.pass(30_000);
    assert.equal(asked.length, 1);
    streamSince = undefined;
    relister.wake();
    await clock.pass(0);
    assert.deepEqual(pauses(), [30_000]);
  });

  it('spreads its lists', async () => {
    for (const [random, pause] of [
      [0, 4_500],
      [1, 5_500],
    ] as const) {
      const times: number[] = [];
      const ports = {
        list: () => {
          times.push(clock.now());
          return Promise.resolve([]);
        },
        streamSince: () => undefined,
        taken: () => undefined,
        failed: () => undefined,
      };
      const end = new AbortController();
      running = new Relister(ports, clock, () => random).run(end.signal);
      await clock.pass(6_000);
      end.abort();
      await clock.finish(running);
      assert.equal((times[1] ?? 0) - (times[0] ?? 0), pause);
    }
  });

  it('requests one list at a time, and pauses after one that took long', async () => {
    onList = async () => {
      await clock.sleep(4_000, cancelling.signal);
      return [];
    };
    await run();
    await clock.pass(40_000);
    assert.deepEqual(pauses(), [16_000, 16_000]);
  });

  it('retries with growing pauses while Argo CD is down, and says why', async () => {
    onList = () => Promise.reject(failed('unavailable', 'away'));
    await run();
    await clock.pass(200_000);
    assert.deepEqual(pauses(), [1_500, 3_000, 6_000, 12_000, 24_000, 45_000, 45_000, 45_000]);
    assert.deepEqual([taken, failures], [0, asked.length]);
    assert.match(relister.failure, /away/);
    onList = () => Promise.resolve([]);
    await clock.pass(60_000);
    assert.equal(relister.failure, '');
    assert.equal(pauses().at(-1), 5_000);
  });

  it('waits as long as the server asks', async () => {
    onList = () => Promise.reject(failed('unavailable', 'busy', 30_000));
    await run();
    await clock.pass(30_000);
    assert.deepEqual(pauses(), [30_000]);
  });

  it('lists immediately on demand, even after a failure', async () => {
    onList = () => Promise.reject(failed('unavailable', 'busy', 30_000));
    await run();
    await clock.pass(1_000);
    relister.demand();
    await clock.pass(0);
    assert.deepEqual(pauses(), [1_000]);
  });

  it('continues if the clock is set back by an hour', async () => {
    await run();
    clock.jump(-3_600_000);
    relister.wake();
    await clock.pass(5_000);
    assert.equal(asked.length, 2);
  });

  it('passes on an internal error', async () => {
    const end = new AbortController();
    const ports = {
      list: () => Promise.resolve([]),
      streamSince: () => undefined,
      taken: () => {
        throw new TypeError('a bug');
      },
      failed: () => undefined,
    };
    await assert.rejects(new Relister(ports, clock, () => 0).run(end.signal), /a bug/);
    running = Promise.resolve();
  });
});
