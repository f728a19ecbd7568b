import { strict as assert } from 'node:assert';
import type { Application } from '../../../src/sync/model/application.ts';
import { lastingStuck, stuckDue, stuckOperation, tell } from '../../../src/sync/rules/stuck.ts';
import { explainUnfinished } from '../../../src/sync/rules/unfinished.ts';
import {
  application,
  brief,
  ended,
  ending,
  foreign,
  hook,
  operation,
  refreshed,
  request,
  Run,
  state,
  syncGoal,
  terminateGoal,
  waitGoal,
} from '../sample-application.ts';

const eve = { operation: foreign() };
const endless = ended('Succeeded', { ...eve, finishedAt: undefined });
const clear = `kubectl -n argocd patch applications.argoproj.io shop --type merge -p '{"operation":null,"status":{"operationState":null}}'`;
const deleting = (message: string) =>
  application({ ...eve, operationState: state({ ...eve, message }) });

describe('stuckOperation', () => {
  const cases = [
    ['an operation in progress', application({ ...eve, operationState: state(eve) }), undefined],
    ['a requested one', application(eve), undefined],
    ['an ended one', application({ operationState: ended('Failed', eve) }), undefined],
    ['nothing', application(), undefined],
    [
      'a running one that is not requested',
      application({ operationState: state(eve) }),
      /is Running, but none is requested/,
    ],
    [
      'a terminating one that is not requested',
      application({ operationState: state({ ...eve, phase: 'Terminating' }) }),
      /is Terminating, but none is requested/,
    ],
    [
      'an ended one without an end time',
      application({ operationState: endless }),
      /is Succeeded without an end time \(finishedAt is empty\)$/,
    ],
    [
      'an ended one without an end time that is requested',
      application({ ...eve, operationState: endless }),
      /without an end .*, and it is still requested$/,
    ],
    [
      'a hook that is being deleted',
      deleting('waiting for deletion of hook batch/Job/migrate'),
      /^hook Job\/migrate is stuck in deletion: .* finalizer$/,
    ],
    [
      'a resource that is being deleted, and more',
      deleting('waiting for deletion of /ConfigMap/a and 2 more resources'),
      /^ConfigMap\/a is stuck in deletion/,
    ],
    [
      'a hook that is waited for',
      deleting('waiting for completion of hook batch/Job/x'),
      undefined,
    ],
    ['an invalid name', deleting("waiting for deletion of batch/Job/x'; rm -rf /"), undefined],
  ] as const;
  for (const [what, snapshot, expected] of cases) {
    it(`treats ${what} as ${expected === undefined ? 'not stuck' : 'stuck'}`, () => {
      const stuck = stuckOperation(snapshot);
      if (expected === undefined) assert.equal(stuck, undefined);
      else assert.match(stuck?.what ?? '', expected);
    });
  }

  it('says how to inspect it, and how to end it', () => {
    const none = stuckOperation(application({ operationState: state(eve) }));
    assert.equal(none?.remedy, `Another sync replaces it; to clear it manually: ${clear}`);
    assert.ok(stuckOperation(application({ operationState: endless }))?.remedy.endsWith(clear));
    const results = [hook({ namespace: 'jobs', name: 'migrate' })];
    const message = 'waiting for deletion of hook batch/Job/migrate';
    const held = stuckOperation(
      application({ ...eve, operationState: state({ ...eve, message, results }) }),
    );
    assert.ok(held);
    assert.match(held.remedy, /kubectl -n jobs get job\.batch\/migrate -o jsonpath/);
    assert.match(held.remedy, /kubectl -n jobs patch job\.batch\/migrate --type merge/);
    const core = stuckOperation(deleting('waiting for deletion of /ConfigMap/a'));
    assert.match(core?.remedy ?? '', /kubectl -n shop get configmap\/a /);
    assert.equal(`${tell(held)}.`, `${held.what}. ${held.remedy}`);
  });
});

describe('An operation that cannot end by itself', () => {
  const doingOf = (run: Run, snapshot: Application, after = 0) => {
    const verdict = run.see(snapshot, after);
    assert.ok(verdict.kind !== 'done', JSON.stringify(verdict));
    return verdict;
  };
  const ours = { operation: operation() };
  const message = 'waiting for deletion of hook batch/Job/migrate';
  const busyAgain = request({
    state: 'refused',
    operation: undefined,
    reason: 'another operation is already in progress',
  });
  const cases = [
    [
      'ours without a controller',
      syncGoal(),
      {},
      { operationState: state() },
      5_000,
      /none is requested/,
    ],
    [
      'ours, ended without an end time',
      syncGoal(),
      {},
      { ...ours, operationState: ended('Succeeded', { finishedAt: undefined }) },
      5_000,
      /without an end/,
    ],
    [
      'ours, held by a hook',
      syncGoal(),
      {},
      { ...ours, operationState: state({ message }) },
      60_000,
      /hook Job\/migrate is stuck in deletion/,
    ],
    [
      "another's before ours",
      syncGoal(),
      {},
      { ...eve, operationState: endless },
      5_000,
      /without an end/,
    ],
    [
      "another's because of which ours is refused forever",
      syncGoal(),
      { request: busyAgain },
      { operationState: endless },
      5_000,
      /already in progress.*without an end/,
    ],
    [
      "another's that is waited for",
      waitGoal(),
      {},
      { operationState: state(eve) },
      5_000,
      /none is requested/,
    ],
  ] as const;
  for (const [what, goal, memory, change, grace, named] of cases) {
    it(`is named during the wait once it has lasted: ${what}`, () => {
      const run = new Run(goal, { refresh: refreshed(), ...memory });
      const snapshot = application(change);
      const first = doingOf(run, snapshot);
      assert.doesNotMatch(first.doing, /kubectl/);
      if (first.kind === 'wait') assert.equal(first.at, run.now + grace);
      const later = doingOf(run, snapshot, grace);
      assert.match(later.doing, named);
      assert.match(later.doing, /kubectl/);
      if (later.kind === 'wait') assert.equal(later.inSteps, false);
    });
  }

  it('is not refused if Argo CD would accept it', () => {
    for (const operationState of [state(eve), endless]) {
      const run = new Run(syncGoal());
      assert.equal(brief(run.see(application({ operationState }))), 'sync');
      assert.equal(brief(run.see(application({ operationState }), 60_000)), 'sync');
    }
  });

  it('gets its grace period again when the state changes, and after a crash', () => {
    const run = new Run(syncGoal());
    run.see(application({ ...ours, operationState: state({ message }) }));
    run.see(application({ ...ours, operationState: state() }), 50_000);
    const view = {
      ...run,
      application: application({ ...ours, operationState: state({ message }) }),
    };
    run.see(view.application, 1_000);
    const now = { memory: run.memory, goal: run.goal, application: view.application, now: run.now };
    assert.equal(stuckDue(now), run.now + 60_000);
    assert.equal(lastingStuck(now), undefined);
    assert.match(lastingStuck({ ...now, now: run.now + 60_000 })?.what ?? '', /migrate/);
  });

  it('is among the causes at the deadline, however short it has lasted', () => {
    const run = new Run(syncGoal());
    const snapshot = application({ ...ours, operationState: state({ message }) });
    run.see(snapshot);
    const { memory, goal, now } = run;
    const view = { application: snapshot, memory, goal, now };
    const causes = explainUnfinished(view, state({ message }), `Not done; at last: ${message}`);
    const [, held] = causes;
    assert.match(held?.title ?? '', /^Possible cause: hook Job\/migrate is stuck in deletion/);
    assert.match(held?.advice ?? '', /kubectl/);
    const told = `at last: ${message}; ${tell(stuckOperation(snapshot) ?? assert.fail())}`;
    const [, next] = explainUnfinished(view, state({ message }), told);
    assert.doesNotMatch(next?.title ?? '', /being deleted/);
  });
});

describe('action: terminate for an operation that cannot end by itself', () => {
  it('has nothing to terminate if none is requested, once that has lasted, and says how to clear it', () => {
    const run = new Run(terminateGoal);
    const zombie = application({ operationState: state(eve) });
    assert.equal(brief(run.see(zombie)), 'wait');
    const verdict = run.see(zombie, 5_000);
    assert.equal(brief(verdict), 'succeeded');
    assert.match(ending(verdict).message, /^Nothing to terminate: .*Running.*kubectl/);
  });

  it('has nothing to terminate if the last one has no end time', () => {
    const verdict = new Run(terminateGoal).see(application({ operationState: endless }));
    assert.match(
      ending(verdict).message,
      /^No operation was in progress: nothing to terminate: .*without an end.*kubectl/,
    );
  });

  it('asks Argo CD to end a requested one without an end time, and trusts the response after a while', () => {
    const run = new Run(terminateGoal);
    const seen = application({ ...eve, operationState: endless });
    assert.equal(brief(run.see(seen)), 'terminate');
    assert.equal(brief(run.change({ noOperationSince: run.now }, 5_000)), 'terminate');
    const verdict = run.change({}, 5_000);
    assert.match(ending(verdict).message, /^Nothing to terminate: .*still requested.*kubectl/);
  });

  it('continues with one that the controller has not started', () => {
    const run = new Run(terminateGoal);
    run.see(application(eve));
    assert.equal(brief(run.change({ noOperationSince: run.now }, 60_000)), 'wait');
    const refresh = { askedAt: run.now, answeredAt: run.now, failures: 0 };
    assert.equal(brief(run.change({ refresh })), 'terminate');
  });
});
