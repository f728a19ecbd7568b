import assert from 'node:assert/strict';
import type { AzureError } from '../../../../src/azure/http/azure-error.ts';
import type { TaskEvent } from '../../../../src/azure/task-hub/task-hub.ts';
import { Detachment } from '../../../../src/follow/detachment.ts';
import type { ReportChannel } from '../../../../src/handler/runs/outbox/report-channel.ts';
import type { ManualClock } from '../../../follow/manual-clock.ts';
import { failed, type Call } from '../fake-plan.ts';
import { dyingAt } from '../passage.ts';
import {
  assertToldOnce,
  channelOfCall,
  completed,
  hour,
  line,
  record,
  story,
  ToldRun,
} from '../told-run.ts';

describe('The budget of reports', () => {
  let told: ToldRun;

  beforeEach(() => {
    told = new ToldRun();
  });

  const finish = (telling = told.begin()) => told.clock.finish(telling.delivery);

  describe('when everything but the completion fails forever', () => {
    type Fault = (clock: ManualClock) => AzureError | undefined | Promise<AzureError | undefined>;
    const slow = (ms: number, error?: AzureError): Fault => {
      return (clock) => clock.sleep(ms, new AbortController().signal).then(() => error);
    };
    const faults: readonly (readonly [string, Fault])[] = [
      ['500', () => failed('unavailable')],
      ['500, with an unclear effect', () => failed('unclear')],
      ['400', () => failed('refused')],
      ['401', () => failed('unauthenticated')],
      ['403', () => failed('forbidden')],
      ['404', () => failed('not-found')],
      ['429', () => failed('throttled')],
      ['429 for a minute', () => failed('throttled', 60_000)],
      ['429 for a day', () => failed('throttled', 24 * hour)],
      ['no answer', slow(20_000, failed('unavailable'))],
      ['a slow response', slow(19_000)],
    ];
    const isStart = (given: unknown) => (given as TaskEvent).name === 'TaskStarted';
    const optional: readonly (readonly [
      string,
      ReportChannel,
      (what: Call, given: unknown) => boolean,
    ])[] = [
      ...Object.entries(channelOfCall).map(
        ([call, channel]) => [call, channel, (what: Call) => what === call] as const,
      ),
      ['the start', 'started', (what, given) => what === 'post' && isStart(given)],
    ];
    const all = (what: Call, given: unknown) => what !== 'post' || isStart(given);

    for (const [fault, answer] of faults) {
      for (const [call, channel, isMeant] of [
        ...optional,
        ['all of these', undefined, all] as const,
      ]) {
        for (const [left, limit] of [
          [hour, 125_000],
          [60_000, 30_000],
          [1_000, 10_000],
        ] as const) {
          it(`completes once although ${call} gets ${fault}, ${left / 1_000} s before the deadline`, async () => {
            told.store.run = { ...told.store.run, deadline: told.began + left };
            await told.hold(...story);
            told.plan.onCall = (what, given) =>
              isMeant(what, given) ? answer(told.clock) : undefined;
            const telling = told.begin();
            assert.equal(await finish(telling), 'told');
            assert.deepEqual(told.plan.completions, ['succeeded']);
            assert.equal(told.plan.events.at(-1)?.name, 'TaskCompleted');
            const took = told.clock.now() - told.began;
            assert.ok(took <= limit, `after ${took} ms`);
            if (fault === 'a slow response') return;
            assert.ok(telling.failures.length > 0);
            if (channel === undefined) return assert.ok(telling.leftOut.length >= 3);
            assert.deepEqual(new Set(telling.leftOut), new Set([channel]));
            if (channel !== 'attachments') assert.equal(told.plan.attachments.length, 1);
            if (channel !== 'records')
              assert.equal(told.plan.own.variables?.['outcome'], 'succeeded');
            if (channel !== 'log')
              assert.deepEqual(told.plan.lines?.slice(0, 4), ['a', 'b', 'c', 'd']);
          });
        }
      }
    }

    for (const call of Object.keys(channelOfCall)) {
      it(`tries ${call} six times, however much time is left`, async () => {
        told.store.run = { ...told.store.run, deadline: told.began + hour };
        await told.hold(...story);
        let tries = 0;
        told.plan.onCall = (what) => {
          if (what !== call) return undefined;
          tries += 1;
          return failed('unavailable');
        };
        assert.equal(await finish(), 'told');
        const took = told.clock.now() - told.began;
        assert.equal(tries, 6, `in ${took} ms`);
        assert.ok(took < 60_000, `after ${took} ms`);
      });
    }

    it('says in the log what is omitted, once, whichever processes report it', async () => {
      await told.hold(...story);
      told.plan.onCall = (what) => (what === 'attach' ? failed('unavailable') : undefined);
      for (let lives = 0; lives < 20; lives += 1) {
        const telling = told.begin(dyingAt(25 + lives).passage);
        await told.clock.pass(40_000);
        telling.end(new Detachment());
      }
      assert.equal(await finish(), 'told');
      const said = told.plan.lines?.filter((text) =>
        text.includes('the summary or the result file'),
      );
      assert.equal(said?.length, 1);
      assert.deepEqual(told.plan.completions, ['succeeded']);
    });

    it('counts the time from the end of the run, across processes that end', async () => {
      await told.hold(...story);
      told.plan.onCall = (what) => (what === 'attach' ? failed('unavailable') : undefined);
      // None lives for the maximum number of tries.
      for (let lives = 0; told.plan.completions.length === 0; lives += 1) {
        assert.ok(lives < 60, 'not told in two minutes');
        const telling = told.begin();
        await told.clock.pass(3_000);
        telling.end(new Detachment());
      }
      assert.deepEqual(told.plan.completions, ['succeeded']);
    });

    it('reaches the completion past more lines than it reads at once', async () => {
      const many = Array.from({ length: 2_500 }, (_, index) => line(String(index)));
      await told.hold(...many, record({ percentComplete: 100 }), completed('succeeded'));
      told.store.run = { ...told.store.run, state: 'reporting' };
      told.plan.onCall = (what) => (what === 'appendLog' ? failed('unavailable') : undefined);
      assert.equal(await finish(), 'told');
      assert.equal(told.plan.own.percentComplete, 100);
      assert.deepEqual(told.plan.completions, ['succeeded']);
    });

    it('does not wait for its turn at the end, but still uses the remaining time', async () => {
      told.store.run = { ...told.store.run, deadline: told.began + 65_000 };
      await told.hold(line('a'));
      told.plan.onCall = (what) => (what === 'createLog' ? failed('unavailable') : undefined);
      const { unitOfWork, delivery } = told.begin();
      // The next try is a minute away.
      await told.clock.pass(65_000);
      unitOfWork.enqueue(completed('succeeded'));
      assert.equal(await told.clock.finish(delivery), 'told');
      assert.equal(told.clock.now() - told.began, 85_000);
    });

    it('keeps everything during an outage in which the completion fails as well', async () => {
      await told.hold(...story);
      let isAway = true;
      told.plan.onCall = () => (isAway ? failed('unavailable') : undefined);
      const telling = told.begin();
      await told.clock.pass(20 * 60_000);
      isAway = false;
      assert.equal(await finish(telling), 'told');
      assertToldOnce(told);
    });
  });
});
