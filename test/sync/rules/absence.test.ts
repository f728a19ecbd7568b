import { strict as assert } from 'node:assert';
import { follow, recollect } from '../../../src/sync/model/memory.ts';
import { pastOf } from '../../../src/sync/model/past.ts';
import type { Application } from '../../../src/sync/model/application.ts';
import type { Goal } from '../../../src/sync/model/goal.ts';
import {
  A,
  application,
  B,
  brief,
  ended,
  ending,
  entry,
  foreign,
  operation,
  refreshed,
  request,
  rollbackGoal,
  Run,
  second,
  state,
  syncGoal,
  terminateGoal,
  waitGoal,
} from '../sample-application.ts';

const older = foreign({ revisions: [B] });
const olderEnded = ended('Succeeded', {
  operation: older,
  startedAt: second(3),
  finishedAt: second(4),
});
const olderRunning = state({ operation: older, startedAt: second(3) });
const before = application({
  operationState: olderEnded,
  history: [entry(3, B, { initiatedBy: 'eve' })],
});

/** What an agent's status update can do to an operation in progress. */
const gone: readonly (readonly [string, Partial<Application>])[] = [
  ['nothing', {}],
  ['the ended state of an older one', { operationState: olderEnded }],
  ['the running state of an older one', { operationState: olderRunning }],
  ['an older one as it ran', { operation: older, operationState: olderRunning }],
];

const goals: readonly (readonly [string, Goal])[] = (
  ['fail', 'follow', 'succeedIfIncluded'] as const
).flatMap((whenSuperseded) => [
  [`a sync (${whenSuperseded})`, syncGoal({ whenSuperseded, waitFor: 'operation' })] as const,
  [
    `a rollback (${whenSuperseded})`,
    rollbackGoal({ whenSuperseded, waitFor: 'operation' }),
  ] as const,
]);

/**
 * Ours is accepted and pending, or has started, in an application in which an older one had ended.
 */
function underWay(goal: Goal, isBegun: boolean) {
  const own = goal.action === 'rollback' ? operation({ info: [], strategy: 'apply' }) : operation();
  const run = new Run(goal);
  run.see(before);
  const past = pastOf(before);
  const identity =
    goal.action === 'rollback'
      ? ({
          kind: 'adopted',
          fingerprint: own.fingerprint,
          startedAt: undefined,
          ours: true,
        } as const)
      : run.memory.identity;
  run.memory = {
    ...run.memory,
    identity,
    request: request({ operation: own, historyId: 3, past }),
  };
  const here = { ...before, operation: own, operationState: undefined };
  assert.equal(brief(run.see(here)), 'wait');
  const begun = state({ operation: own });
  if (isBegun) assert.equal(brief(run.see({ ...here, operationState: begun })), 'wait');
  const over = ended('Succeeded', { operation: own });
  return { run, here, over: { ...before, operation: undefined, operationState: over } };
}

describe('An operation that is temporarily missing', () => {
  for (const [what, goal] of goals) {
    for (const isBegun of [false, true]) {
      for (const [instead, shown] of gone) {
        const which = `${what} that ${isBegun ? 'runs' : 'is pending'}`;
        it(`is waited for if ${instead} is shown instead of ${which}`, () => {
          const { run, over } = underWay(goal, isBegun);
          const seen = { ...before, operation: undefined, operationState: undefined, ...shown };
          for (const after of [0, 5_000, 9_999]) {
            const verdict = run.see(seen, after);
            assert.equal(brief(verdict), 'wait', `after ${after} ms`);
          }
          assert.equal(brief(run.see(over)), 'succeeded');
          assert.deepEqual(run.memory.ended?.state.operation.revisions, [A]);
        });

        it(`is superseded, without following, if ${instead} remains instead of ${which}`, () => {
          const { run } = underWay(goal, isBegun);
          const seen = { ...before, operation: undefined, operationState: undefined, ...shown };
          run.see(seen);
          const verdict = run.see(seen, 15_000);
          assert.equal(brief(verdict), 'superseded');
          assert.match(ending(verdict).message, /removed before it ended, and nothing replaced it/);
        });
      }
    }
  }

  it('is judged only by a read after its grace period', () => {
    const { run } = underWay(syncGoal(), true);
    run.see(before);
    const early = run.memory.lookedAt;
    const verdict = run.change({ lookedAt: early }, 15_000);
    assert.deepEqual(verdict.kind === 'wait' && verdict.ask, 'look');
    assert.equal(brief(run.change({ lookedAt: run.now })), 'superseded');
  });

  it('is read immediately if only the stream shows it missing', () => {
    const { run } = underWay(syncGoal(), true);
    run.memory = { ...run.memory, lookedAt: run.now - 1 };
    const verdict = run.change({});
    assert.equal(brief(verdict), 'wait');
    run.see(before);
    const stale = run.change({ lookedAt: run.now - 1, goneSince: run.now });
    assert.deepEqual(stale.kind === 'wait' && stale.ask, 'look');
  });

  it('gets its grace period each time, and after a crash', () => {
    const { run, here } = underWay(syncGoal(), true);
    run.see(before);
    assert.equal(brief(run.see({ ...here, operationState: state() }, 14_000)), 'wait');
    assert.equal(brief(run.see(before, 14_000)), 'wait');
    assert.equal(brief(run.see(before, 14_000)), 'wait');
    run.memory = recollect(run.memory);
    assert.equal(brief(run.see(before, 14_000)), 'wait');
    assert.equal(brief(run.see(before, 15_000)), 'superseded');
  });

  it('is replaced if another has started since, as configured', () => {
    const eve = state({ operation: foreign(), startedAt: second(12) });
    const seen = application({ operation: foreign(), operationState: eve });
    for (const [whenSuperseded, expected] of [
      ['fail', 'superseded'],
      ['follow', 'adopt'],
      ['succeedIfIncluded', 'wait'],
    ] as const) {
      const { run } = underWay(syncGoal({ whenSuperseded }), true);
      run.see(before);
      assert.equal(brief(run.see(seen, 1_000)), expected);
    }
  });

  it('may also be the followed one', () => {
    const eve = foreign();
    const { run } = underWay(syncGoal({ whenSuperseded: 'follow', waitFor: 'operation' }), true);
    const here = application({ operation: eve });
    const verdict = run.see(here);
    assert.ok(verdict.kind === 'act' && verdict.act.kind === 'adopt');
    run.change(follow(run.memory, verdict.act.identity, here));
    // What was there before, and ours, are both older than it.
    assert.equal(brief(run.see(before)), 'wait');
    assert.equal(brief(run.see(application({ operationState: ended('Failed') }), 1_000)), 'wait');
    const over = ended('Succeeded', { operation: eve, startedAt: second(25) });
    assert.equal(brief(run.see(application({ operationState: over }), 1_000)), 'succeeded');
  });

  it('does not let a wait accept an older deployment', () => {
    const run = new Run(waitGoal({ waitFor: 'operation' }), { refresh: refreshed() });
    const auto = foreign({ initiatedBy: { username: '', automated: true } });
    const old = ended('Succeeded', { operation: foreign(), startedAt: second(3) });
    const here = application({ operation: auto, operationState: state({ operation: auto }) });
    const verdict = run.see(here);
    assert.ok(verdict.kind === 'act' && verdict.act.kind === 'adopt');
    run.change(follow(run.memory, verdict.act.identity, here));
    assert.equal(brief(run.see(application({ operationState: old }), 1_000)), 'wait');
    const over = ended('Failed', { operation: auto });
    assert.equal(brief(run.see(application({ operationState: over }), 1_000)), 'failed');
  });

  it('is not the end of an operation that is to be terminated', () => {
    const run = new Run(terminateGoal);
    const eve = state({ operation: foreign() });
    const verdict = run.see(application({ operation: foreign(), operationState: eve }));
    assert.ok(verdict.kind === 'act' && verdict.act.kind === 'terminate');
    run.memory = { ...run.memory, terminating: verdict.act.identity, terminatedAt: run.now };
    for (const [, shown] of gone.slice(0, 3)) {
      assert.equal(brief(run.see(application(shown), 1_000)), 'wait');
    }
    assert.equal(brief(run.see(application(), 15_000)), 'succeeded');
  });
});
