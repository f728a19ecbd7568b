import assert from 'node:assert/strict';
import type { AzureFailure } from '../../../../src/azure/http/azure-error.ts';
import type { RecordUpdate, TaskEvent } from '../../../../src/azure/task-hub/task-hub.ts';
import { Detachment } from '../../../../src/follow/detachment.ts';
import { StoreError } from '../../../../src/handler/store/store.ts';
import { settle } from '../../../follow/manual-clock.ts';
import { failed, type Call } from '../fake-plan.ts';
import { dyingAt, failing, Gate, goOn } from '../passage.ts';
import {
  assertToldOnce,
  attachment,
  channelOfCall,
  child,
  completed,
  hour,
  line,
  record,
  story,
  ToldRun,
} from '../told-run.ts';

const calls = [
  'createLog',
  'appendLog',
  'updateRecords',
  'attach',
  'post',
] as const satisfies Call[];

describe('The outbox dispatcher of a run', () => {
  let told: ToldRun;

  beforeEach(() => {
    told = new ToldRun();
  });

  const finish = (telling = told.begin()) => told.clock.finish(telling.delivery);
  const isRefusingRecord = (what: Call, given: unknown, id: string) =>
    what === 'updateRecords' &&
    (given as readonly RecordUpdate[]).some((each) => each.id.startsWith(id));

  it('reports everything in order, with the completion last', async () => {
    await told.hold(...story);
    assert.equal(await finish(), 'told');
    assertToldOnce(told);
    assert.deepEqual(
      told.plan.calls.map(({ what }) => what),
      [
        'createLog',
        'appendLog',
        'updateRecords',
        'post',
        'appendLog',
        'updateRecords',
        'attach',
        'post',
      ],
    );
  });

  it('takes one store step for each call, and reads the rest twice', async () => {
    await told.hold(...story);
    told.store.run = {
      ...told.store.run,
      report: { ...told.store.run.report, endingSince: told.began },
    };
    const asked: string[] = [];
    const telling = told.begin((what, stage) => {
      if (stage === 'before') asked.push(what);
      return goOn(what, stage);
    });
    telling.dispatcher.wake(true);
    assert.equal(await finish(telling), 'told');
    const count = (what: string) => asked.filter((each) => each === what).length;
    const sent = calls.reduce((sum, what) => sum + count(what), 0);
    assert.equal(count('commit'), sent);
    assert.equal(count('items'), 2);
  });

  it('reports events with the version of the plan', async () => {
    told.store.run = {
      ...told.store.run,
      report: { ...told.store.run.report, planVersion: 12 },
    };
    await told.hold({ kind: 'started' }, completed('failed'));
    await finish();
    assert.deepEqual(
      told.plan.events.map(({ name, planVersion }) => [name, planVersion]),
      [
        ['TaskStarted', 12],
        ['TaskCompleted', 12],
      ],
    );
  });

  it('reports more than it reads at once', async () => {
    const many = Array.from({ length: 2_500 }, (_, index) => line(String(index)));
    await told.hold(...many, completed('succeeded'));
    assert.equal(await finish(), 'told');
    assert.deepEqual(
      told.plan.lines,
      many.map((_, index) => String(index)),
    );
  });

  it('leaves the completion in the store until the end of the run is stored', async () => {
    await told.hold(line('a'), completed('succeeded'));
    assert.equal(await finish(), 'told');
    assert.deepEqual(
      told.store.items.map(({ item }) => item.kind),
      ['completed'],
    );
    assert.equal(await finish(), 'told');
    assert.deepEqual(told.plan.completions, ['succeeded']);
  });

  describe('keeps a pace', () => {
    it('of two seconds during the run', async () => {
      const { unitOfWork } = told.begin();
      for (let tenth = 0; tenth < 100; tenth += 1) {
        unitOfWork.enqueue(line(`line ${tenth}`));
        await told.clock.pass(100);
      }
      assert.deepEqual(told.times('appendLog'), [0, 2_000, 4_000, 6_000, 8_000, 10_000]);
      assert.equal(told.plan.lines?.length, 100);
    });

    it('and immediately reports what comes after a pause', async () => {
      const { unitOfWork } = told.begin();
      await told.clock.pass(60_000);
      unitOfWork.enqueue(line('a'));
      await told.clock.pass(0);
      assert.deepEqual(told.times('appendLog'), [60_000]);
    });

    for (const item of [completed('succeeded'), { kind: 'started' } as const]) {
      it(`but not for ${item.kind}, nor for anything before it`, async () => {
        const { unitOfWork } = told.begin();
        unitOfWork.enqueue(line('a'));
        await told.clock.pass(100);
        unitOfWork.enqueue(line('b'));
        await told.clock.pass(100);
        assert.deepEqual(told.plan.lines, ['a']);
        unitOfWork.enqueue({ kind: 'attachment', attachment }, line('c'), item);
        await told.clock.pass(0);
        assert.deepEqual(told.plan.lines, ['a', 'b', 'c']);
        assert.deepEqual(told.times('post'), [200]);
      });
    }
  });

  it('is idle when everything is reported, and not when something new has come', async () => {
    const { unitOfWork, dispatcher } = told.begin();
    assert.equal(dispatcher.isIdle, false);
    await settle();
    assert.equal(dispatcher.isIdle, true);
    unitOfWork.enqueue(line('a'));
    await unitOfWork.stored();
    assert.equal(dispatcher.isIdle, false);
    await told.clock.pass(5_000);
    assert.equal(dispatcher.isIdle, true);
  });

  for (const call of calls) {
    it(`loses nothing that comes while it waits for ${call}`, async () => {
      await told.hold(...story.slice(0, -1));
      let isFirst = true;
      const telling = told.begin(async (what, stage) => {
        if (what !== call || stage !== 'after' || !isFirst) return;
        isFirst = false;
        telling.unitOfWork.enqueue(line('late 1'), record({ currentOperation: 'late' }));
        await telling.unitOfWork.stored();
        telling.unitOfWork.enqueue(line('late 2'));
      });
      await told.clock.pass(10_000);
      assert.deepEqual(told.plan.lines, ['a', 'b', 'c', 'd', 'late 1', 'late 2']);
      assert.equal(told.plan.own.currentOperation, 'late');
      assert.deepEqual(told.store.items, []);
    });
  }

  describe('when Azure DevOps fails', () => {
    const faults: readonly (readonly [AzureFailure, 'before' | 'after'])[] = [
      ['throttled', 'before'],
      ['unavailable', 'before'],
      ['unauthenticated', 'before'],
      ['blocked', 'before'],
      ['unclear', 'before'],
      ['unclear', 'after'],
      ['unavailable', 'after'],
    ];
    for (const call of calls) {
      for (const [failure, stage] of faults) {
        // What may take effect although it failed is never classified as merely unavailable.
        if (failure === 'unavailable' && stage === 'after' && call === 'post') continue;
        it(`reports everything once if ${call} is ${failure}, ${stage} it took effect`, async () => {
          await told.hold(...story);
          const telling = told.begin(failing(call, stage, failed(failure), 2));
          assert.equal(await finish(telling), 'told');
          const started = told.plan.events.filter(({ name }) => name === 'TaskStarted');
          assert.ok(started.length >= 1);
          assertToldOnce(told);
          assert.deepEqual(
            telling.failures.map(({ error }) => error.failure),
            [failure, failure],
          );
        });
      }
    }

    it('resends only the lines that did not arrive', async () => {
      await told.hold(line('a', 'b', 'c'), line('d'));
      told.plan.mostLinesTaken = 2;
      const { unitOfWork } = told.begin();
      await told.clock.pass(0);
      told.plan.mostLinesTaken = Infinity;
      unitOfWork.enqueue(line('e'), completed('succeeded'));
      await told.clock.pass(5_000);
      assert.deepEqual(told.plan.lines, ['a', 'b', 'c', 'd', 'e']);
    });

    it('waits as long as it is asked to, even if something new arrives', async () => {
      await told.hold(line('a'));
      const throttled = failed('throttled', 90_000);
      const { unitOfWork } = told.begin(failing('createLog', 'before', throttled, 1));
      await told.clock.pass(30_000);
      unitOfWork.enqueue(line('b'), completed('succeeded'));
      await told.clock.pass(59_999);
      assert.equal(told.plan.lines, undefined);
      await told.clock.pass(1);
      assert.deepEqual(told.plan.completions, ['succeeded']);
      assert.deepEqual(told.times('createLog'), [90_000]);
    });

    it('waits at most five minutes', async () => {
      await told.hold(line('a'));
      told.begin(failing('createLog', 'before', failed('throttled', 24 * hour), 1));
      await told.clock.pass(5 * 60_000);
      assert.deepEqual(told.times('createLog'), [5 * 60_000]);
    });

    it('retries with growing pauses, up to a minute', async () => {
      await told.hold(completed('succeeded'));
      told.plan.onCall = () => failed('unavailable');
      const { failures } = told.begin();
      await told.clock.pass(300_000);
      const [, ...asked] = told.plan.calls.map(({ at }) => at - told.began);
      assert.deepEqual(
        asked,
        [500, 1_500, 3_500, 7_500, 15_500, 31_500, 63_500, 123_500, 183_500, 243_500],
      );
      assert.ok(failures.every(({ what }) => what === 'completed'));
    });

    it('is as fast as before after a recovery', async () => {
      await told.hold(line('a'));
      const { unitOfWork } = told.begin(failing('appendLog', 'before', failed('unavailable'), 8));
      await told.clock.pass(300_000);
      assert.deepEqual(told.plan.lines, ['a']);
      unitOfWork.enqueue(line('b'));
      await told.clock.pass(0);
      assert.deepEqual(told.plan.lines, ['a', 'b']);
    });
  });

  describe('when the plan is gone', () => {
    for (const call of [...calls, 'records'] as const) {
      it(`stops permanently if ${call} says so`, async () => {
        await told.hold(...story);
        if (call === 'records') {
          const { report } = told.store.run;
          told.store.run = { ...told.store.run, report: { ...report, isCompleting: true } };
        }
        told.plan.onCall = (what) => (what === call ? failed('plan-gone') : undefined);
        const telling = told.begin();
        // A completion that was sent ends the plan: then nothing is missing.
        assert.equal(await finish(telling), call === 'records' ? 'told' : 'gone');
        assert.deepEqual(told.plan.completions, []);
        assert.equal(told.plan.calls.at(-1)?.what, call);
        const asked = told.plan.calls.length;
        telling.unitOfWork.enqueue(line('late'));
        await told.clock.pass(24 * hour);
        assert.equal(told.plan.calls.length, asked);
      });
    }
  });

  describe('when the token expires', () => {
    it('stops while there is nothing to report', async () => {
      const { delivery } = told.begin();
      assert.equal(await told.clock.finish(delivery), 'late');
      assert.equal(told.clock.now(), told.began + 24 * hour);
    });

    it('stops while it waits to retry, and sends nothing more', async () => {
      told.store.run = { ...told.store.run, tokenExpiresAt: told.began + 100_000 };
      await told.hold(completed('succeeded'));
      told.plan.onCall = () => failed('unavailable');
      assert.equal(await finish(), 'late');
      assert.equal(told.clock.now(), told.began + 100_000);
      assert.equal(told.plan.calls.at(-1)?.at, told.began + 63_500);
    });

    it('reports nothing that comes later', async () => {
      told.store.run = { ...told.store.run, tokenExpiresAt: told.began };
      await told.hold(completed('succeeded'));
      assert.equal(await finish(), 'late');
      assert.deepEqual(told.plan.calls, []);
    });
  });

  describe('when the token is refused', () => {
    for (const failure of ['unauthenticated', 'forbidden', 'not-found'] as const) {
      it(`reports everything even if it is ${failure} for minutes`, async () => {
        await told.hold(...story);
        let isRefused = true;
        told.plan.onCall = () => (isRefused ? failed(failure) : undefined);
        const telling = told.begin();
        await told.clock.pass(5 * 60_000);
        isRefused = false;
        assert.equal(await finish(telling), 'told');
        assert.deepEqual(told.plan.completions, ['succeeded']);
        if (failure === 'unauthenticated') assertToldOnce(told);
      });

      for (const [what, left, least, most] of [
        ['ten minutes', 24, 10, 11.5],
        ['the deadline', 5 / 60, 5, 6.5],
        ['one minute after the deadline', -1, 1, 2.5],
      ] as const) {
        it(`gives up if it is ${failure} until ${what}`, async () => {
          told.store.run = { ...told.store.run, deadline: told.began + left * hour };
          await told.hold(...story);
          told.plan.onCall = () => failed(failure);
          assert.equal(await finish(), 'refused');
          const took = (told.clock.now() - told.began) / 60_000;
          assert.ok(took >= least && took <= most, String(took));
        });
      }
    }

    it('continues while the run is in progress', async () => {
      await told.hold(line('a'));
      let isRefused = true;
      told.plan.onCall = () => (isRefused ? failed('unauthenticated') : undefined);
      const { unitOfWork, delivery } = told.begin();
      await told.clock.pass(3 * hour);
      isRefused = false;
      unitOfWork.enqueue(completed('succeeded'));
      assert.equal(await told.clock.finish(delivery), 'told');
      assert.deepEqual(told.plan.lines, ['a']);
    });
  });

  describe('when Azure DevOps refuses', () => {
    for (const failure of ['refused', 'forbidden', 'not-found'] as const) {
      for (const call of ['createLog', 'appendLog', 'updateRecords', 'attach'] as const) {
        it(`completes without the content of ${call} if that is ${failure}`, async () => {
          await told.hold(...story);
          told.plan.onCall = (what) => (what === call ? failed(failure) : undefined);
          const telling = told.begin();
          assert.equal(await finish(telling), 'told');
          assert.deepEqual(told.plan.completions, ['succeeded']);
          const channel = channelOfCall[call];
          // A possible mishap is retried a few times; an invalid request stays invalid.
          assert.ok(telling.failures.length >= (failure === 'refused' ? 1 : 4));
          for (const { what, error } of telling.failures) {
            assert.deepEqual([what, error.failure], [channel, failure]);
          }
          assert.deepEqual(new Set(telling.leftOut), new Set([channel]));
          assert.equal(told.clock.now() - told.began, failure === 'refused' ? 0 : 3_500);
        });

        if (failure !== 'refused') {
          it(`reports everything although ${call} is ${failure} three times`, async () => {
            await told.hold(...story);
            const telling = told.begin(failing(call, 'before', failed(failure), 3));
            assert.equal(await finish(telling), 'told');
            assertToldOnce(told);
            assert.deepEqual(telling.leftOut, []);
          });
        }
      }

      it(`completes if the start is ${failure}`, async () => {
        await told.hold(...story);
        told.plan.onCall = (what, given) =>
          what === 'post' && (given as TaskEvent).name === 'TaskStarted'
            ? failed(failure)
            : undefined;
        const telling = told.begin();
        assert.equal(await finish(telling), 'told');
        assertToldOnce(told);
        assert.deepEqual(new Set(telling.failures.map(({ what }) => what)), new Set(['started']));
        assert.equal(telling.failures.length, failure === 'refused' ? 1 : 4);
      });

      it(`updates its own record without children if those are ${failure}`, async () => {
        await told.hold(...story.slice(0, -1));
        told.plan.onCall = (what, given) =>
          isRefusingRecord(what, given, 'phase') ? failed(failure) : undefined;
        const telling = told.begin();
        await told.clock.pass(10_000);
        assert.equal(told.plan.own.percentComplete, 100);
        assert.deepEqual([...told.plan.children.keys()], []);
        assert.equal(told.store.run.report.isWithoutChildren, true);
        const asked = told.times('updateRecords').length;
        telling.unitOfWork.enqueue(child('phase 2'), completed('succeeded'));
        assert.equal(await told.clock.finish(telling.delivery), 'told');
        // The update that says which log it has.
        assert.equal(told.times('updateRecords').length, asked + 1);
      });
    }

    it('accepts that lines are refused once, and continues with the next', async () => {
      await told.hold(line('a', 'b'));
      const { unitOfWork } = told.begin(failing('appendLog', 'before', failed('refused'), 1));
      await told.clock.pass(10_000);
      unitOfWork.enqueue(line('c'));
      await told.clock.pass(0);
      unitOfWork.enqueue(line('d'));
      await told.clock.pass(10_000);
      assert.match(
        told.plan.lines?.shift() ?? '',
        /##\[warning\]Azure DevOps did not accept some lines/,
      );
      assert.deepEqual(told.plan.lines, ['c', 'd']);
    });

    it('does not say that a record has a log if that was refused', async () => {
      await told.hold(line('a'), completed('succeeded'));
      told.plan.onCall = (what) => (what === 'createLog' ? failed('forbidden') : undefined);
      assert.equal(await finish(), 'told');
      assert.deepEqual(told.times('updateRecords'), []);
    });

    for (const [result, plain] of [
      ['canceled', 'failed'],
      ['succeededWithIssues', 'succeeded'],
    ] as const) {
      const onlyPlain = (what: Call, given: unknown) =>
        what === 'post' && (given as { result: string }).result === result
          ? failed('refused')
          : undefined;

      it(`completes as ${plain} if ${result} is not an accepted result`, async () => {
        await told.hold(completed(result));
        told.plan.onCall = onlyPlain;
        assert.equal(await finish(), 'told');
        assert.deepEqual(told.plan.completions, [plain]);
      });

      it(`completes as ${result} if only the requests before it fail`, async () => {
        await told.hold(completed(result));
        const telling = told.begin(failing('post', 'before', failed('unavailable'), 1));
        assert.equal(await finish(telling), 'told');
        assert.deepEqual(told.plan.completions, [result]);
      });

      it(`completes as ${plain} once, even if the response is lost`, async () => {
        await told.hold(completed(result));
        told.plan.onCall = onlyPlain;
        assert.equal(
          await finish(told.begin(failing('post', 'after', failed('unclear'), 9))),
          'told',
        );
        assert.deepEqual(told.plan.completions, [plain]);
      });
    }

    it('reads the record before it completes again, and stops if it is complete', async () => {
      await told.hold(completed('succeeded'));
      told.plan.onCall = (what) => (what === 'post' ? failed('refused') : undefined);
      const { delivery } = told.begin();
      await told.clock.pass(1_600);
      assert.deepEqual(
        told.plan.calls.map(({ what }) => what),
        ['post', 'records', 'post', 'records', 'post'],
      );
      told.plan.own = { state: 'completed' };
      assert.equal(await told.clock.finish(delivery), 'told');
      assert.deepEqual(told.plan.completions, []);
    });
  });

  it('does not repeat lines whose report has yet to be stored', async () => {
    const commits = new Gate('commit');
    await told.hold(line('a'), record({ percentComplete: 50 }), completed('succeeded'));
    told.plan.onCall = (what) => {
      if (what === 'appendLog') commits.close();
      return what === 'updateRecords' && told.times('updateRecords').length === 1
        ? failed('unavailable')
        : undefined;
    };
    const { delivery } = told.begin(commits.passage);
    await told.clock.pass(10_000);
    assert.deepEqual([told.times('appendLog'), told.times('updateRecords')], [[0], [0]]);
    commits.open();
    assert.equal(await told.clock.finish(delivery), 'told');
    assert.deepEqual(told.plan.lines, ['a']);
  });

  describe('when processes end', () => {
    const end = async ({ unitOfWork, delivery }: ReturnType<ToldRun['begin']>) => {
      const outcome = await delivery;
      unitOfWork.change({ state: 'ended', message: outcome });
      await unitOfWork.stored();
    };
    const moments = async (): Promise<number> => {
      const whole = new ToldRun();
      await whole.hold(...story);
      const { passage, count } = dyingAt(Infinity);
      await whole.clock.finish(end(whole.begin(passage)));
      return count();
    };

    for (const isOverWhenCompleted of [true, false]) {
      const how = isOverWhenCompleted ? 'which ends the plan' : 'which leaves the plan open';
      it(`has reported everything once, including the completion, ${how}`, async () => {
        const most = await moments();
        assert.ok(most > 40, String(most));
        for (let moment = 1; moment <= most; moment += 1) {
          told = new ToldRun();
          told.plan.isOverWhenCompleted = isOverWhenCompleted;
          await told.hold(...story);
          const first = told.begin(dyingAt(moment).passage);
          void end(first);
          await told.clock.pass(60_000);
          first.end(new Detachment());
          if (told.store.run.state !== 'ended') await told.clock.finish(end(told.begin()));
          assertToldOnce(told);
          assert.equal(told.store.run.message, 'told', `dead at moment ${moment}`);
          assert.deepEqual([told.store.items, told.store.token], [[], undefined]);
        }
      });
    }

    it('has reported everything once, although every process ends sooner or later', async () => {
      for (const life of [9, 13, 17, 23]) {
        told = new ToldRun();
        await told.hold(...story);
        for (let lives = 0; told.store.run.state !== 'ended'; lives += 1) {
          assert.ok(lives < 20, `no progress in lives of ${life} moments`);
          const telling = told.begin(dyingAt(life).passage);
          void end(telling);
          await told.clock.pass(60_000);
          telling.end(new Detachment());
        }
        assertToldOnce(told);
      }
    });

    it('posts nothing more, and rejects with the reason', async () => {
      const reason = new Detachment();
      for (const ends of ['before', 'after'] as const) {
        told = new ToldRun();
        await told.hold(...story);
        const telling = told.begin((what, stage) => {
          if (what === 'appendLog' && stage === ends) telling.end(reason);
          return stage === 'before' && ends === 'before' && what === 'appendLog'
            ? Promise.reject(reason)
            : Promise.resolve();
        });
        if (ends === 'before') await assert.rejects(told.clock.finish(telling.delivery), reason);
        await told.clock.pass(hour);
        assert.deepEqual(told.times('post'), []);
      }
      told = new ToldRun();
      await told.hold(...story);
      const cut = told.begin((what) => {
        if (what !== 'post') return Promise.resolve();
        cut.end(reason);
        return Promise.reject(failed('unavailable'));
      });
      await assert.rejects(told.clock.finish(cut.delivery), reason);
      assert.deepEqual(cut.failures, []);
      told = new ToldRun();
      const waiting = told.begin(goOn);
      await settle();
      waiting.end(reason);
      await assert.rejects(waiting.delivery, reason);
      assert.equal(told.clock.sleeping, 0);
    });
  });

  it('waits for a failing store, and loses and duplicates nothing', async () => {
    for (const call of ['commit', 'items']) {
      told = new ToldRun();
      await told.hold(...story);
      const fault = new StoreError('The store: the disk failed to read or write it.');
      assert.equal(await finish(told.begin(failing(call, 'before', fault, 5))), 'told');
      assertToldOnce(told);
    }
  });
});
