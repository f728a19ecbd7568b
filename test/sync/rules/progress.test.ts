import { strict as assert } from 'node:assert';
import type { OperationState } from '../../../src/sync/model/operation.ts';
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
  titles,
  result,
  hook,
  revision,
  Run,
  second,
  state,
  syncGoal,
} from '../sample-application.ts';

describe('Our operation in progress', () => {
  const asked = { operation: operation() };
  const cases = [
    ['requested', asked, /waiting for the controller to start/, false],
    [
      'requested, and not started',
      { ...asked, skipReconcile: true },
      /annotation skip-reconcile/,
      false,
    ],
    [
      'started, and not continued',
      { ...asked, operationState: state(), skipReconcile: true },
      /annotation skip-reconcile.*Remove the annotation/,
      false,
    ],
    ['started', { operationState: state() }, /^started$/, true],
    [
      'in its waves',
      { operationState: state({ message: 'waiting for completion of hook batch/Job/x' }) },
      /batch\/Job\/x/,
      true,
    ],
    [
      'somewhere new',
      { operationState: state({ message: 'waiting for pruning confirmation of x' }) },
      /confirmation/,
      false,
    ],
    [
      'between attempts',
      {
        operationState: state({
          finishedAt: second(12),
          retryCount: 2,
          message: 'one or more tasks are running',
        }),
      },
      /^attempt 2 failed, Argo CD will retry/,
      false,
    ],
    [
      'being terminated',
      { operationState: state({ phase: 'Terminating', message: 'waiting' }) },
      /^being terminated: waiting/,
      false,
    ],
  ] as const;
  for (const [what, change, doing, inSteps] of cases) {
    it(`is reported if it is ${what}`, () => {
      const verdict = new Run(syncGoal()).see(application(change));
      assert.ok(verdict.kind === 'wait');
      assert.match(verdict.doing, doing);
      assert.equal(verdict.inSteps, inSteps);
    });
  }

  it('wakes a controller that misses it, every ten seconds', () => {
    const run = new Run(syncGoal());
    const look = (after: number) => {
      const verdict = run.see(application(asked), after);
      assert.ok(verdict.kind === 'wait');
      if (verdict.ask === 'refresh') {
        run.memory = { ...run.memory, refresh: { ...run.memory.refresh, askedAt: run.now } };
      }
      return [verdict.ask, (verdict.at ?? NaN) - run.now];
    };
    assert.deepEqual(look(0), [undefined, 10_000]);
    assert.deepEqual(look(9_000), [undefined, 1_000]);
    assert.deepEqual(look(1_000), ['refresh', 10_000]);
    assert.deepEqual(look(4_000), [undefined, 6_000]);
    assert.deepEqual(look(6_000), ['refresh', 10_000]);
  });

  it('is not waited for with waitFor: none', () => {
    assert.equal(
      brief(new Run(syncGoal({ waitFor: 'none' })).see(application(asked))),
      'succeeded',
    );
  });

  it('has not ended while PostSync runs and everything is Synced and Healthy, and fails with it', () => {
    const run = new Run(syncGoal());
    const message = 'waiting for completion of hook batch/Job/smoke';
    const running = {
      operation: operation(),
      operationState: state({ message }),
      reconciledAt: second(99),
    };
    assert.equal(brief(run.see(application(running))), 'wait');
    const failed = { operationState: ended('Failed'), reconciledAt: second(99) };
    assert.equal(brief(run.see(application(failed))), 'failed');
  });
});

describe('Our operation at its end', () => {
  const cases = [
    [{}, 'The operation ended as Failed'],
    [{ retryCount: 1 }, 'The operation ended as Failed after 1 retry'],
    [{ retryCount: 2 }, 'The operation ended as Failed after 2 retries'],
    [{ message: 'Operation terminated' }, 'The operation was terminated before it finished'],
  ] as const;
  for (const [change, message] of cases) {
    it(`says: ${message}`, () => {
      const run = new Run(syncGoal());
      const failed = application({ operationState: ended('Failed', change) });
      const verdict = run.see(failed);
      // Another may follow one that was terminated.
      const last = verdict.kind === 'wait' ? run.see(failed, 5_000) : verdict;
      assert.equal(ending(last).message, message);
    });
  }

  it('is described as a dry run that changed nothing, if it was one', () => {
    const dry = operation({ dryRun: true });
    const sentences = [
      [ended('Succeeded', { operation: dry }), 'the dry run succeeded; nothing was changed', []],
      [ended('Failed', { operation: dry }), 'The dry run ended as Failed', ['The dry run failed']],
      [
        ended('Error', { operation: dry }),
        'The dry run ended as Error',
        ['The dry run ended in an error'],
      ],
      [
        ended('Failed', { operation: dry, results: [hook({ hookPhase: 'Failed' })] }),
        'The dry run ended as Failed',
        ['PreSync hook Job/migrate did not pass the dry run'],
      ],
      [
        ended('Failed', { operation: dry, results: [result({ status: 'SyncFailed' })] }),
        'The dry run ended as Failed',
        ['Deployment/web did not pass the dry run'],
      ],
    ] as const;
    for (const [operationState, message, causes] of sentences) {
      const run = new Run(syncGoal({ options: { dryRun: true } }));
      const verdict = run.see(application({ operationState }));
      assert.equal(ending(verdict).message, message);
      assert.deepEqual(titles(verdict), causes);
    }
    const run = new Run(syncGoal({ options: { dryRun: true } }));
    const operationState = ended('Failed', { operation: dry, message: 'Operation terminated' });
    run.see(application({ operationState }));
    const [cause] = ending(run.see(application({ operationState }), 5_000)).causes;
    assert.match(cause?.advice ?? '', /run again\.$/);
  });

  it('is remembered, whatever comes after it', () => {
    const run = new Run(syncGoal({ waitFor: 'operation', expectImages: ['x'] }));
    run.see(application({ operationState: ended('Succeeded') }));
    const other = ended('Failed', { operation: foreign(), startedAt: second(30) });
    const later = application({ operationState: other, images: ['x'], reconciledAt: second(40) });
    assert.equal(brief(run.see(later)), 'succeeded');
  });
});

describe('An operation that deployed another revision than requested', () => {
  const deployedB = {
    operationState: ended('Succeeded', { operation: operation({ revisions: [B] }) }),
  };
  const judge = (target: string, change = {}, goal = {}) =>
    brief(
      new Run(syncGoal({ waitFor: 'operation', target: revision(target), ...goal })).see(
        application({ ...deployedB, ...change }),
      ),
    );

  it('is superseded, followed, or included, as configured', () => {
    assert.equal(judge(A), 'superseded');
    assert.equal(judge(A, {}, { whenSuperseded: 'follow' }), 'succeeded');
    const included = { whenSuperseded: 'succeedIfIncluded' };
    assert.equal(judge(A, { history: [entry(1, B)] }, included), 'superseded');
    assert.equal(judge(A, { history: [entry(1, A), entry(2, B)] }, included), 'succeeded');
  });

  it('is not assumed if Argo CD resolved a branch, or a tag that looks like a commit', () => {
    assert.equal(judge(B), 'succeeded');
    assert.equal(judge('main'), 'succeeded');
    assert.equal(judge('20261121'), 'succeeded');
  });

  it('is detected by an abbreviated commit if none was named: with auto-sync', () => {
    assert.equal(judge('aaaaaaa', { autoSync: true }), 'superseded');
    assert.equal(judge('bbbbbbb', { autoSync: true }), 'succeeded');
    assert.equal(judge('main', { autoSync: true }), 'succeeded');
  });

  it('is explained if Argo CD took the SHA of an annotated tag for a commit', () => {
    const goal = syncGoal({ waitFor: 'operation', target: revision(A) });
    const adviceAfter = (stored: string, change: Partial<OperationState> = {}) => {
      const asked = operation({ revisions: [stored] });
      const operationState = ended('Succeeded', { operation: asked, revisions: [B], ...change });
      const verdict = new Run(goal).see(application({ operationState }));
      assert.equal(brief(verdict), 'superseded');
      return ending(verdict).causes[0]?.advice ?? '';
    };
    assert.match(adviceAfter(A), /annotated tag/);
    assert.doesNotMatch(adviceAfter(B), /annotated tag/);
    assert.doesNotMatch(adviceAfter(A, { retryCount: 1 }), /annotated tag/);
  });

  it('is detected even if only the history shows it', () => {
    const run = new Run(syncGoal({ waitFor: 'operation', target: revision(A) }));
    const asked = operation({ revisions: [B] });
    run.see(application({ operation: asked, operationState: state({ operation: asked }) }));
    const other = ended('Succeeded', { operation: foreign(), startedAt: second(30) });
    const history = [entry(1, B, { deployStartedAt: second(10) })];
    assert.equal(brief(run.see(application({ operationState: other, history }))), 'superseded');
    assert.equal(run.memory.proven?.entry.id, 1);
  });

  it('counts no health of a refresh in the millisecond in which the history was seen', () => {
    const goal = syncGoal({ waitFor: 'health', whenSuperseded: 'follow', target: revision(A) });
    const healthAt = (answeredAt: number) => {
      const run = new Run(goal);
      const asked = operation({ revisions: [A] });
      run.see(application({ operation: asked, operationState: state({ operation: asked }) }));
      const seenAt = run.now;
      run.change({ refresh: refreshed(seenAt + answeredAt) });
      const other = ended('Succeeded', { operation: foreign(), startedAt: second(30) });
      const history = [entry(1, A, { deployStartedAt: second(10) })];
      return brief(run.see(application({ operationState: other, history })));
    };
    assert.equal(healthAt(0), 'wait');
    assert.equal(healthAt(1), 'succeeded');
  });
});
