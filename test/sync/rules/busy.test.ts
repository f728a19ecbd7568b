import { strict as assert } from 'node:assert';
import {
  A,
  application,
  B,
  brief,
  ended,
  ending,
  foreign,
  refreshed,
  resource,
  revision,
  Run,
  second,
  state,
  syncGoal,
  synced,
  terminateGoal,
  tracked,
} from '../sample-application.ts';

const busy = application({ operation: foreign(), operationState: state({ operation: foreign() }) });

const selected = {
  text: 'Deployment:web',
  group: undefined,
  kind: 'Deployment',
  namespace: undefined,
  name: 'web',
};

function join(change: Parameters<typeof foreign>[0], goal: Parameters<typeof syncGoal>[0] = {}) {
  const other = foreign(change);
  const run = new Run(syncGoal({ whenBusy: 'join', target: revision(A), ...goal }));
  return brief(
    run.see(application({ operation: other, operationState: state({ operation: other }) })),
  );
}

describe('A busy application', () => {
  it('is waited for, or given up, as configured', () => {
    const waiting = new Run(syncGoal({ whenBusy: 'wait' })).see(busy);
    assert.equal(
      waiting.kind === 'wait' && waiting.doing,
      'waiting for a sync by eve to aaaaaaa to end',
    );
    const verdict = new Run(syncGoal({ whenBusy: 'fail' })).see(busy);
    assert.equal(brief(verdict), 'blocked');
    assert.equal(
      ending(verdict).message,
      'Another operation is in progress: a sync by eve to aaaaaaa',
    );
  });

  for (const whenBusy of ['wait', 'join'] as const) {
    it(`wakes a controller that has missed a pending operation, during the wait (${whenBusy})`, () => {
      const run = new Run(syncGoal({ whenBusy, target: revision(B) }));
      const pending = application({ operation: foreign() });
      const asks = (verdict: ReturnType<Run['see']>) =>
        verdict.kind === 'wait' ? [verdict.ask, verdict.at && verdict.at - run.now] : [];
      assert.deepEqual(asks(run.see(pending)), [undefined, 10_000]);
      assert.deepEqual(asks(run.see(pending, 10_000)), ['refresh', 10_000]);
      assert.deepEqual(asks(run.change({ refresh: refreshed(run.now) }, 4_000)), [
        undefined,
        6_000,
      ]);
      assert.deepEqual(asks(run.see(pending, 6_000)), ['refresh', 10_000]);
      assert.deepEqual(asks(run.see(busy, 60_000)), [undefined, undefined]);
    });
  }

  it('wakes a controller that has missed a termination', () => {
    const run = new Run(syncGoal({ whenBusy: 'terminate' }));
    const pending = application({ operation: foreign() });
    assert.equal(brief(run.see(pending)), 'terminate');
    assert.equal(brief(run.change({ noOperationSince: run.now }, 1_000)), 'terminate');
    const waking = run.see(pending, 9_000);
    assert.equal(waking.kind === 'wait' && waking.ask, 'refresh');
    assert.equal(brief(run.change({ refresh: refreshed(run.now) })), 'terminate');
  });

  it('is named by the waiting operation, not by the end of the previous one', () => {
    const before = ended('Failed', { operation: foreign({ revisions: [B] }) });
    const verdict = new Run(syncGoal()).see(
      application({ operation: foreign(), operationState: before }),
    );
    assert.match(verdict.kind === 'wait' ? verdict.doing : '', /to aaaaaaa to end/);
  });

  it('is joined only if its operation does what ours would', () => {
    assert.equal(join({}), 'adopt');
    assert.equal(join({ revisions: [B] }), 'wait');
    assert.equal(join({ dryRun: true }), 'wait');
    assert.equal(join({ sync: false }), 'wait');
    assert.equal(join({ strategy: 'apply' }), 'wait');
    assert.equal(join({ resources: [resource('Healthy')] }), 'wait');
    assert.equal(join({}, { options: { prune: true } }), 'wait');
    assert.equal(join({ prune: true }, { options: { prune: true } }), 'adopt');
    assert.equal(join({}, { options: { dryRun: true } }), 'wait');
    assert.equal(join({}, { options: { resources: [selected] } }), 'wait');
    assert.equal(join({ isLocal: true }), 'wait');
    assert.equal(join({}, { options: { force: true } }), 'wait');
    assert.equal(join({ force: true }, { options: { force: true } }), 'adopt');
    const replacing = { options: { syncOptions: ['Replace=true'] } };
    assert.equal(join({}, replacing), 'wait');
    assert.equal(join({ syncOptions: ['Validate=false'] }, replacing), 'wait');
    assert.equal(join({ syncOptions: ['Validate=false', 'Replace=true'] }, replacing), 'adopt');
  });

  it("is joined only if its operation deploys from the application's current settings", () => {
    const now = { repoURL: 'git', path: 'shop', chart: '', targetRevision: 'main', settings: '1' };
    const joins = (source: Partial<typeof now>) => {
      const other = foreign({ sources: [{ ...now, ...source }], multiSource: false });
      const run = new Run(syncGoal({ whenBusy: 'join', target: revision(A) }));
      const running = { operation: other, operationState: state({ operation: other }) };
      return brief(run.see(application({ sources: [now], ...running })));
    };
    assert.equal(joins({}), 'adopt');
    assert.equal(joins({ targetRevision: 'v1' }), 'adopt');
    assert.equal(joins({ path: 'other' }), 'wait');
    assert.equal(joins({ settings: '2' }), 'wait');
  });

  it('is joined for the tracked revision only when a refresh has shown which one that is', () => {
    const run = new Run(syncGoal({ whenBusy: 'join', target: tracked }));
    assert.equal(brief(run.see(busy)), 'wait');
    assert.equal(brief(run.change({ refresh: refreshed() })), 'adopt');
    const moved = new Run(syncGoal({ whenBusy: 'join' }), { refresh: refreshed() });
    assert.equal(brief(moved.see({ ...busy, sync: synced(B) })), 'wait');
  });

  for (const goal of [syncGoal({ whenBusy: 'terminate' }), terminateGoal]) {
    it(`has its operation terminated once, and again only if it continues (${goal.action})`, () => {
      const run = new Run(goal);
      const verdict = run.see(busy);
      assert.ok(verdict.kind === 'act' && verdict.act.kind === 'terminate');
      const { identity } = verdict.act;
      const waiting = run.change({ terminating: identity, terminatedAt: run.now });
      assert.equal(waiting.kind === 'wait' && waiting.at, run.now + 10_000);
      assert.equal(brief(run.see(busy, 10_000)), 'terminate');
    });
  }

  it('is polled slowly if a closed window keeps its operation from ending', () => {
    const run = new Run(terminateGoal);
    const verdict = run.see(busy);
    assert.ok(verdict.kind === 'act' && verdict.act.kind === 'terminate');
    run.memory = { ...run.memory, terminating: verdict.act.identity, terminatedAt: run.now };
    const message = 'Sync operation blocked by sync window';
    const held = state({ operation: foreign(), phase: 'Terminating', message });
    const waiting = run.see({ ...busy, operationState: held }, 60_000);
    assert.deepEqual(
      waiting.kind === 'wait' && [waiting.at, /sync window opens/.test(waiting.doing)],
      [undefined, true],
    );
  });
});

describe('action: terminate', () => {
  it('has nothing to do if nothing is in progress', () => {
    const verdict = new Run(terminateGoal).see(application({ operationState: ended('Failed') }));
    assert.match(ending(verdict).message, /No operation was in progress/);
  });

  it('says what prevents the controller from executing an operation', () => {
    const left = { ...busy, skipReconcile: true };
    const verdict = ending(new Run(terminateGoal).see(left));
    assert.equal(verdict.outcome, 'blocked');
    assert.match(verdict.message, /has the annotation argocd\.argoproj\.io\/skip-reconcile$/);
    assert.match(verdict.causes[0]?.advice ?? '', /Remove the annotation/);
    const run = new Run(terminateGoal);
    const sent = run.see(busy);
    assert.ok(sent.kind === 'act' && sent.act.kind === 'terminate');
    run.memory = { ...run.memory, terminating: sent.act.identity, terminatedAt: run.now };
    const waiting = run.see(left, 1_000);
    assert.match(waiting.kind === 'wait' ? waiting.doing : '', /annotation skip-reconcile/);
  });

  it('is done when that operation has ended, whatever came after it', () => {
    const run = new Run(terminateGoal);
    const verdict = run.see(busy);
    assert.ok(verdict.kind === 'act' && verdict.act.kind === 'terminate');
    run.memory = { ...run.memory, terminating: verdict.act.identity, terminatedAt: run.now };
    const over = ended('Failed', { operation: foreign(), message: 'Operation terminated' });
    assert.match(
      ending(run.see(application({ operationState: over }))).message,
      /has ended: Failed/,
    );
    const next = {
      operation: foreign(),
      operationState: state({ operation: foreign(), startedAt: second(30) }),
    };
    assert.match(ending(run.see(application(next))).message, /is gone/);
  });
});
