import assert from 'node:assert/strict';
import { Detachment } from '../../../../src/follow/detachment.ts';
import { failed } from '../fake-plan.ts';
import { completed, ToldRun } from '../told-run.ts';

describe('The completion of a failure that may have been reported', () => {
  let told: ToldRun;

  beforeEach(() => {
    told = new ToldRun();
  });

  /** The response was lost; a following try opens the record again. */
  const lose = async (isOpenAgain: boolean) => {
    await told.hold(completed('failed'));
    told.plan.onCall = (what) => (what === 'post' ? failed('unclear') : undefined);
    const telling = told.begin();
    await told.clock.pass(400);
    told.plan.onCall = () => undefined;
    told.plan.own = { state: isOpenAgain ? 'inProgress' : 'completed' };
    return telling;
  };

  it('does not wait if the record shows that it was', async () => {
    const { delivery } = await lose(false);
    await told.clock.pass(200);
    assert.equal(await delivery, 'told');
    assert.deepEqual(told.plan.completions, []);
  });

  it('is reported again after five seconds without another try', async () => {
    const { delivery } = await lose(true);
    assert.equal(await told.clock.finish(delivery), 'told');
    assert.deepEqual(told.plan.completions, ['failed']);
    assert.deepEqual(told.times('post'), [0, 5_000]);
  });

  for (const life of [1_000, 2_000, 4_900]) {
    it(`is reported again although its process ends every ${life} ms`, async () => {
      const telling = await lose(true);
      telling.end(new Detachment());
      for (let lives = 0; told.plan.completions.length === 0; lives += 1) {
        assert.ok(lives * life < 12_000, 'it waits anew in each life');
        const each = told.begin();
        await told.clock.pass(life);
        each.end(new Detachment());
      }
      assert.deepEqual(told.plan.completions, ['failed']);
      assert.ok((told.times('post').at(-1) ?? 0) >= 5_000);
    });
  }

  it('counts the wait from the first read if an older handler did not store its start', async () => {
    await told.hold(completed('failed'));
    told.store.run = {
      ...told.store.run,
      report: { ...told.store.run.report, isCompleting: true },
    };
    for (let lives = 0; lives < 6; lives += 1) {
      const each = told.begin();
      await told.clock.pass(1_000);
      each.end(new Detachment());
    }
    assert.deepEqual(told.plan.completions, ['failed']);
  });

  it('leaves the next try alone once that is proven', async () => {
    const { delivery } = await lose(true);
    told.nextTry = 'unproven';
    await told.clock.pass(20_000);
    assert.deepEqual(told.times('post'), [0]);
    told.nextTry = 'proven';
    assert.equal(await told.clock.finish(delivery), 'replaced');
    assert.deepEqual(told.plan.completions, []);
  });

  it('is reported again if there was no next try', async () => {
    const { delivery } = await lose(true);
    told.nextTry = 'unproven';
    await told.clock.pass(20_000);
    told.nextTry = 'none';
    assert.equal(await told.clock.finish(delivery), 'told');
    assert.deepEqual(told.plan.completions, ['failed']);
  });

  it('waits a minute for the next try to be proven, and no longer', async () => {
    const { delivery } = await lose(true);
    told.nextTry = 'unproven';
    assert.equal(await told.clock.finish(delivery), 'told');
    assert.deepEqual(told.plan.completions, ['failed']);
    assert.deepEqual(told.times('post'), [0, 60_000]);
  });

  it('ends with the process during the wait', async () => {
    const telling = await lose(true);
    told.nextTry = 'unproven';
    await told.clock.pass(10_000);
    telling.end(new Detachment());
    await assert.rejects(telling.delivery, Detachment);
    assert.equal(told.clock.sleeping, 0);
  });
});
