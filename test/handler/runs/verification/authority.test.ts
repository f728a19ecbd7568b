import assert from 'node:assert/strict';
import type { FollowSpec } from '../../../../src/handler/run.ts';
import type { Goal } from '../../../../src/sync/model/goal.ts';
import { failed as refusedByArgoCD } from '../../../follow/fake-argo-cd.ts';
import { rollbackGoal, syncGoal, terminateGoal } from '../../../follow/following.ts';
import { A, application, B, ended, foreign, state } from '../../../sync/sample-application.ts';
import { Crowd } from '../crowd.ts';
import { failed, spec, type FakePlan } from '../fake-plan.ts';

const minute = 60_000;
const history = [A, B].map((revision, id) => ({
  ...{ id, revisions: [revision], deployStartedAt: id, deployedAt: id, sources: '' },
  ...{ automated: false, initiatedBy: '' },
}));
const theirs = foreign();
const busy = application({ operation: theirs, operationState: state({ operation: theirs }) });
const free = application({ operationState: ended('Succeeded', { operation: theirs }), history });

describe('The right of a run to act', () => {
  let crowd: Crowd;
  let plan: FakePlan;
  /** The changes requested of Argo CD, and when. */
  let sent: { readonly what: string; readonly at: number }[];

  beforeEach(() => {
    crowd = new Crowd();
    plan = crowd.planOf('run-1');
    sent = [];
    const note = (what: string) => () => {
      sent.push({ what, at: crowd.clock.now() });
      return Promise.reject(refusedByArgoCD('refused'));
    };
    crowd.argocd.onSync = note('sync');
    crowd.argocd.onRollback = note('rollback');
    crowd.argocd.onTerminate = note('terminate');
    // Until it responds, there is nothing to decide.
    crowd.argocd.onGet = () => Promise.reject(refusedByArgoCD('unavailable'));
  });
  afterEach(() => crowd.end());

  const begin = (goal: Goal, request: Partial<FollowSpec['request']> = {}) => {
    const about = { project: 'default', goal, timeout: 60 * minute, ...request };
    crowd.add(['run-1'], { spec: { ...spec, request: { ...spec.request, ...about } } });
    return crowd.clock.pass(10_000);
  };
  const comesBack = (seen = free) => {
    crowd.argocd.onGet = () => Promise.resolve(seen);
  };
  const proofs = () => plan.times('plan').length;
  const run = () => crowd.run('run-1');

  const acts: readonly (readonly [string, Goal, typeof free])[] = [
    ['sync', syncGoal(), free],
    ['rollback', rollbackGoal(), free],
    ['terminate', terminateGoal(), busy],
    ['terminate', syncGoal({ whenBusy: 'terminate' }), busy],
  ];
  const overs: readonly (readonly [string, () => void, RegExp])[] = [
    ['the task has ended', () => (plan.own = { state: 'completed' }), /the task has ended/],
    ['the job has ended', () => (plan.jobState = 'completed'), /the job has ended/],
    ['the plan has ended', () => (plan.state = 'completed'), /the plan has ended/],
    ['the plan is gone', () => (plan.isOver = true), /not know this plan/],
  ];

  for (const [what, goal, seen] of acts) {
    describe(`to ${what} (${goal.action})`, () => {
      it('is proven once if it acts immediately', async () => {
        comesBack(seen);
        await begin(goal);
        assert.deepEqual([sent[0]?.what, proofs()], [what, 1]);
      });

      it('is proven again later, right before it acts', async () => {
        await begin(goal);
        await crowd.clock.pass(10 * minute);
        assert.equal(proofs(), 1);
        comesBack(seen);
        await crowd.clock.pass(minute);
        assert.deepEqual([sent[0]?.what, proofs()], [what, 2]);
        assert.equal(plan.times('plan')[1], sent[0]?.at);
      });

      for (const [why, end, reason] of overs) {
        it(`is gone once ${why}, and that is reported`, async () => {
          await begin(goal);
          await crowd.clock.pass(10 * minute);
          end();
          comesBack(seen);
          await crowd.clock.pass(10 * minute);
          assert.deepEqual(sent, []);
          assert.equal(run().state, 'ended');
          assert.match(run().message, reason);
          assert.match(run().message, /nothing more was requested from Argo CD/);
          if (why === 'the task has ended') assert.deepEqual(plan.completions, []);
        });
      }

      it('is waited for during an outage of Azure DevOps, and nothing is sent without it', async () => {
        await begin(goal);
        await crowd.clock.pass(10 * minute);
        crowd.held.add('run-1');
        comesBack(seen);
        await crowd.clock.pass(20 * minute);
        assert.equal(sent.length, 0);
        assert.equal(crowd.scheduler.figures.parked, 1);
        crowd.held.delete('run-1');
        await crowd.returned();
        await crowd.clock.pass(minute);
        assert.deepEqual(
          sent.map((one) => one.what),
          [what],
        );
      });

      it('is waited for until the deadline', async () => {
        await begin(goal, { timeout: 20 * minute });
        await crowd.clock.pass(5 * minute);
        crowd.held.add('run-1');
        comesBack(seen);
        await crowd.clock.pass(30 * minute);
        crowd.held.delete('run-1');
        await crowd.returned();
        await crowd.clock.pass(5 * minute);
        assert.deepEqual(sent, []);
        assert.equal(run().outcome, 'timedOut');
        assert.match(run().message, /waiting for Azure DevOps to confirm/);
      });
    });
  }

  it('is proven by one request for everything that a run is about to do', async () => {
    const names = ['a', 'b', 'c'].map((name) => ({ name }));
    await begin(syncGoal(), { subject: { names } });
    await crowd.clock.pass(10 * minute);
    comesBack();
    await crowd.clock.pass(minute);
    assert.equal(sent.length, 3);
    assert.equal(proofs(), 2);
  });

  it('is valid for half a minute, even in the next process', async () => {
    await begin(syncGoal());
    crowd.start();
    comesBack();
    await crowd.resume();
    await crowd.clock.pass(10_000);
    assert.deepEqual(
      sent.map(({ what }) => what),
      ['sync'],
    );
    assert.equal(proofs(), 1);
  });

  it('is proven first in a run from a handler that did not store it', async () => {
    assert.equal(spec.proven, undefined);
    comesBack();
    crowd.store('run-1', {
      spec: { ...spec, request: { ...spec.request, project: 'default' } },
      state: 'following',
    });
    await crowd.resume();
    await crowd.clock.pass(1_000);
    assert.deepEqual([sent[0]?.what, proofs()], ['sync', 1]);
    assert.equal(run().spec.proven?.projectName, 'shop');
  });

  it("uses the project's current name", async () => {
    await begin(syncGoal());
    await crowd.clock.pass(10 * minute);
    plan.projectName = 'store';
    comesBack();
    await crowd.clock.pass(minute);
    assert.equal(run().spec.proven?.projectName, 'store');
  });

  it('is not proven by a refusal', async () => {
    await begin(syncGoal());
    await crowd.clock.pass(10 * minute);
    plan.onCall = (what) => (what === 'plan' ? failed('forbidden') : undefined);
    comesBack();
    await crowd.clock.pass(5 * minute);
    assert.deepEqual(sent, []);
    assert.match(run().message, /Azure DevOps answered: forbidden/);
  });
});
