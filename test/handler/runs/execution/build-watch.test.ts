import assert from 'node:assert/strict';
import type { AzureFailure } from '../../../../src/azure/http/azure-error.ts';
import { buildEnds } from '../../../../src/handler/runs/execution/build-watch.ts';
import { ManualClock, settle } from '../../../follow/manual-clock.ts';
import { failed } from '../fake-plan.ts';

describe('The watch on a build', () => {
  let clock: ManualClock;
  let life: AbortController;
  /** Its responses, one after another; the last one repeats. */
  const watch = (...answers: readonly (string | Error)[]) => {
    const asked: number[] = [];
    const began = clock.now();
    const hub = {
      buildStatus: (buildId: number) => {
        assert.equal(buildId, 42);
        const answer = answers[Math.min(asked.length, answers.length - 1)] ?? '';
        asked.push(clock.now() - began);
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
    };
    const pauses: number[] = [];
    const onPause = (until: number) => void pauses.push(until - began);
    return { asked, pauses, ends: buildEnds(42, hub, { clock, signal: life.signal, onPause }) };
  };

  beforeEach(() => {
    clock = new ManualClock();
    life = new AbortController();
  });

  for (const status of ['cancelling', 'completed', 'Cancelling', 'COMPLETED']) {
    it(`sees that it has ended if it is ${status}, within half a minute`, async () => {
      const { asked, ends } = watch('inProgress', 'inProgress', status);
      assert.equal(await clock.finish(ends), true);
      assert.deepEqual(asked, [0, 30_000, 60_000]);
    });
  }

  for (const status of ['inProgress', 'notStarted', 'postponed', 'none', 'all', '']) {
    it(`continues while it is ${status || 'nothing'}`, async () => {
      const { asked } = watch(status);
      await clock.pass(299_000);
      assert.equal(asked.length, 10);
    });
  }

  for (const failure of ['forbidden', 'not-found'] as const satisfies AzureFailure[]) {
    it(`ends if the response is ${failure} repeatedly, since the end of the plan tells as well`, async () => {
      const { asked, ends } = watch(failed(failure));
      assert.equal(await clock.finish(ends), false);
      assert.equal(asked.length, 4);
    });

    it(`continues if the response is ${failure} occasionally`, async () => {
      const few = [1, 2, 3].map(() => failed(failure));
      const { ends } = watch(...few, 'inProgress', ...few, 'completed');
      assert.equal(await clock.finish(ends), true);
    });
  }

  for (const failure of ['unavailable', 'throttled', 'unauthenticated', 'refused'] as const) {
    it(`tries again if the response is ${failure}`, async () => {
      const { asked, ends } = watch(failed(failure), failed(failure), 'completed');
      assert.equal(await clock.finish(ends), true);
      assert.deepEqual(asked, [0, 30_000, 60_000]);
    });
  }

  it('waits as long as the server asks', async () => {
    const { asked, ends } = watch(failed('throttled', 100_000), 'inProgress', 'completed');
    assert.equal(await clock.finish(ends), true);
    assert.deepEqual(asked, [0, 100_000, 130_000]);
  });

  it('ends immediately with the run during a pause', async () => {
    const { asked, ends } = watch('inProgress', 'completed');
    await settle();
    life.abort();
    assert.equal(await ends, false);
    assert.deepEqual([asked.length, clock.sleeping], [1, 0]);
  });

  it('ends with the run during a request', async () => {
    const hub = {
      buildStatus: () => {
        life.abort(new Error('over'));
        return Promise.reject(life.signal.reason as Error);
      },
    };
    const ports = { clock, signal: life.signal, onPause: () => undefined };
    assert.equal(await clock.finish(buildEnds(42, hub, ports)), false);
  });

  it('says until when it pauses, and when it has stopped', async () => {
    const refused = [1, 2, 3, 4].map(() => failed('forbidden'));
    const { pauses, ends } = watch('inProgress', failed('throttled', 100_000), ...refused);
    await clock.finish(ends);
    assert.deepEqual(pauses, [30_000, 130_000, 160_000, 190_000, 220_000, Infinity]);
  });

  it('hides no internal error', async () => {
    const { ends } = watch(new TypeError('a bug'));
    await assert.rejects(clock.finish(ends), TypeError);
  });
});
