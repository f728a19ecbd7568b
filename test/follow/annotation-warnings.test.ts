import assert from 'node:assert/strict';
import {
  warningOfAnnotations,
  type AnnotationFaultsOf,
} from '../../src/follow/annotation-warnings.ts';
import type { FollowObserver } from '../../src/follow/follow-observer.ts';
import type { Goal } from '../../src/sync/model/goal.ts';
import type { ApplicationResult, Progress } from '../../src/sync/model/outcome.ts';
import { result } from '../report/example-results.ts';
import { application } from '../sync/sample-application.ts';
import { rollbackGoal, syncGoal, terminateGoal, waitGoal } from './following.ts';

const faulty: AnnotationFaultsOf = () => ['first', 'second', 'third', 'fourth'];

/** The warnings when following ends with this result, and the result afterward. */
async function end(
  goal: Goal,
  faultsOf: AnnotationFaultsOf,
  { own = result(), next }: { own?: ApplicationResult; next?: FollowObserver } = {},
) {
  const told: Progress[] = [];
  const observer = warningOfAnnotations(goal, faultsOf, (one) => told.push(one), next);
  const ended = {
    ...{ result: own, application: application(), operation: undefined },
    ...{ path: 'shop', deadline: 0 },
  };
  const after = observer === undefined ? own : await observer.ended(ended);
  return {
    warnings: told.map((one) => (one.kind === 'notice' ? [one.level, one.message] : one.kind)),
    after,
  };
}

describe('Warnings about annotations', () => {
  const first = [
    ['issue', 'first'],
    ['issue', 'second'],
    ['issue', 'third'],
  ];

  for (const [what, goal, expected] of [
    ['a sync', syncGoal(), first],
    ['a rollback', rollbackGoal(), first],
    ['a dry run', syncGoal({}, { dryRun: true }), []],
    ['a wait', waitGoal(), []],
    ['a termination', terminateGoal(), []],
  ] as const) {
    it(`appear in the run of ${what}: ${expected.length}, and change no result`, async () => {
      const own = result();
      const { warnings, after } = await end(goal, faulty, { own });
      assert.deepEqual(warnings, expected);
      assert.equal(after, own);
    });
  }

  it('appear for a failed sync, but not for a canceled one', async () => {
    const of = async (outcome: 'failed' | 'canceled') =>
      (await end(syncGoal(), faulty, { own: result({ outcome }) })).warnings.length;
    assert.deepEqual([await of('failed'), await of('canceled')], [3, 0]);
  });

  for (const [how, faultsOf] of [
    ['rejects', () => Promise.reject(new Error('no bundle'))],
    [
      'throws',
      () => {
        throw new Error('no bundle');
      },
    ],
  ] as const) {
    it(`are omitted if their check ${how}`, async () => {
      const { warnings, after } = await end(syncGoal(), faultsOf);
      assert.deepEqual(warnings, []);
      assert.equal(after.outcome, 'succeeded');
    });
  }

  it('are given once the other observers have nothing more to wait for', async () => {
    const order: string[] = [];
    const own = result({ message: 'with follow-ups' });
    const next: FollowObserver = {
      seen: () => undefined,
      ended: () => {
        order.push('ended');
        return Promise.resolve(own);
      },
    };
    const faultsOf = () => {
      order.push('faults');
      return [];
    };
    const { after } = await end(syncGoal(), faultsOf, { next });
    assert.deepEqual(order, ['ended', 'faults']);
    assert.equal(after, own);
  });

  it('leave to the other observers what an earlier process was waiting for', async () => {
    const own = result({ message: 'resumed' });
    const next: FollowObserver = {
      seen: () => undefined,
      ended: () => assert.fail('it had ended before'),
      resumed: () => Promise.resolve(own),
    };
    const of = (observer: FollowObserver) =>
      warningOfAnnotations(syncGoal(), faulty, () => undefined, observer);
    assert.equal(await of(next)?.resumed?.({ path: 'shop', deadline: 0 }), own);
    const other = { seen: () => undefined, ended: () => Promise.resolve(own) };
    assert.ok(!('resumed' in (of(other) ?? next)));
  });
});
