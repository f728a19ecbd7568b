import { strict as assert } from 'node:assert';
import {
  A,
  application,
  brief,
  ended,
  ending,
  foreign,
  operation,
  request,
  revision,
  rollbackGoal,
  Run,
  second,
  state,
  syncGoal,
  terminateGoal,
  waitGoal,
} from '../sample-application.ts';

describe('decide', () => {
  it('treats a missing operationState after the request as pending', () => {
    const run = new Run(syncGoal(), { request: request() });
    assert.equal(brief(run.see(application({ operation: operation() }))), 'wait');
  });

  it("never confuses an older operation's failure, or success, with ours", () => {
    for (const phase of ['Failed', 'Succeeded'] as const) {
      const old = application({ operationState: ended(phase, { operation: foreign() }) });
      assert.equal(brief(new Run(syncGoal()).see(old)), 'sync');
    }
  });

  it('reports that an application was recreated, for every action', () => {
    for (const goal of [syncGoal(), waitGoal(), rollbackGoal(), terminateGoal]) {
      const run = new Run(goal);
      run.see(application());
      const anew = application({ uid: 'uid-2', operationState: ended('Succeeded') });
      assert.match(ending(run.see(anew)).message, /deleted and recreated/, goal.action);
    }
  });

  it('reports that an application is being deleted, unless only our operation was waited for', () => {
    const deleting = application({ deleting: true, operationState: ended('Succeeded') });
    assert.match(ending(new Run(syncGoal()).see(deleting)).message, /being deleted/);
    const run = new Run(syncGoal({ waitFor: 'operation' }));
    assert.equal(brief(run.see(deleting)), 'succeeded');
  });

  it('reports at the start that Argo CD skips an application', () => {
    for (const goal of [syncGoal(), waitGoal(), rollbackGoal()]) {
      const verdict = new Run(goal).see(application({ skipReconcile: true }));
      assert.equal(brief(verdict), 'blocked', goal.action);
    }
  });

  it('refuses a target that the application cannot have', () => {
    const [source] = application().sources;
    const sources = source ? [source, source] : [];
    const verdict = new Run(syncGoal({ target: revision(A) })).see(
      application({ sources, multiSource: true }),
    );
    assert.match(ending(verdict).message, /has 2 sources/);
  });

  it('needs no health for a dry run', () => {
    const dry = operation({ dryRun: true });
    const run = new Run(syncGoal({ options: { dryRun: true } }));
    const done = { operationState: ended('Succeeded', { operation: dry }) };
    assert.equal(
      brief(run.see(application({ ...done, health: { status: 'Degraded', message: '' } }))),
      'succeeded',
    );
  });

  it('follows our operation through a retry to its end', () => {
    const run = new Run(syncGoal({ waitFor: 'operation' }), { request: request() });
    const going = [
      state(),
      state({ finishedAt: second(12), retryCount: 1, message: 'Retrying attempt #1 at 1:39AM.' }),
      state({ retryCount: 1, message: 'Retrying operation. Attempt #1' }),
    ];
    for (const operationState of going) {
      assert.equal(brief(run.see(application({ operation: operation(), operationState }))), 'wait');
    }
    assert.equal(
      brief(run.see(application({ operationState: ended('Succeeded', { retryCount: 1 }) }))),
      'succeeded',
    );
  });

  it('treats our accepted operation as superseded if it is missing permanently', () => {
    const run = new Run(syncGoal(), { request: request() });
    assert.equal(brief(run.see(application())), 'wait');
    assert.equal(brief(run.see(application(), 15_000)), 'superseded');
  });
});
