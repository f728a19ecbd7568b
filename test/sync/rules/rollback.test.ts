import { strict as assert } from 'node:assert';
import { findEntry } from '../../../src/sync/rules/rollback.ts';
import {
  A,
  application,
  B,
  brief,
  C,
  ended,
  entry,
  foreign,
  request,
  rollbackGoal,
  Run,
  second,
  start,
  state,
  titles,
} from '../sample-application.ts';

const history = [entry(0, A), entry(1, B)];
const rolled = foreign({ revisions: [A], strategy: 'apply' });
const lost = request({ state: 'unclear', operation: undefined, historyId: 1 });

describe('findEntry', () => {
  const previous = { kind: 'previous' } as const;
  const failed = ended('Failed', { operation: foreign({ revisions: [C] }) });
  const cases = [
    ['the previous one', { history }, previous, 0],
    ['the previous one that differs', { history: [...history, entry(2, B)] }, previous, 0],
    [
      'the one before a commit that was deployed again by its short form',
      { history: [...history, entry(2, B.slice(0, 8)), entry(3, B.slice(0, 10))] },
      previous,
      0,
    ],
    ['the newest one if what is live failed', { history, operationState: failed }, previous, 1],
    [
      'the one with other parameters',
      { history: [entry(0, A, { sources: 'x' }), entry(1, A)] },
      previous,
      0,
    ],
    ['no previous one if there is only one', { history: [entry(0, A)] }, previous, undefined],
    ['none without history', {}, previous, undefined],
    ['the one with an id', { history }, { kind: 'id', id: 1 }, 1],
    ['an unknown id', { history }, { kind: 'id', id: 7 }, undefined],
    [
      'the newest with a revision',
      { history: [...history, entry(2, A)] },
      { kind: 'revision', revision: 'aaaaaaa' },
      2,
    ],
  ] as const;
  for (const [what, change, to, id] of cases) {
    it(`finds ${what}`, () => {
      assert.equal(findEntry(application(change), to)?.id, id);
    });
  }
});

describe('A rollback', () => {
  it('goes to the selected deployment', () => {
    const verdict = new Run(rollbackGoal()).see(application({ history }));
    assert.ok(verdict.kind === 'act' && verdict.act.kind === 'rollback');
    assert.equal(verdict.act.entry.id, 0);
  });

  it('is refused with auto-sync on, and without a deployment to return to', () => {
    assert.equal(
      brief(new Run(rollbackGoal()).see(application({ history, autoSync: true }))),
      'failed',
    );
    const verdict = new Run(rollbackGoal()).see(application());
    assert.deepEqual(titles(verdict), [
      "No deployment in the application's history is different from what is live",
    ]);
  });

  it('waits two seconds after a lost response before it retries, for the same deployment', () => {
    const run = new Run(rollbackGoal());
    run.see(application({ history }));
    assert.equal(brief(run.change({ request: lost })), 'wait');
    assert.equal(brief(run.see(application({ history }), 2_000)), 'rollback');
  });

  it('is recognized after a lost response even if it has ended, and never rolls forward again', () => {
    const run = new Run(rollbackGoal());
    run.see(application({ history }));
    run.change({ request: lost });
    const after = application({
      history: [...history, entry(2, A)],
      operationState: ended('Succeeded', { operation: rolled }),
    });
    const verdict = run.see(after, 5_000);
    assert.ok(verdict.kind === 'act' && verdict.act.kind === 'adopt');
    assert.deepEqual(verdict.act.identity, {
      kind: 'adopted',
      fingerprint: rolled.fingerprint,
      startedAt: second(10),
      ours: true,
    });
  });

  it("is not confused with somebody else's sync, or with an earlier operation", () => {
    const old = ended('Succeeded', { operation: rolled });
    const run = new Run(rollbackGoal());
    run.see(application({ history, operationState: old }));
    run.change({ request: lost });
    assert.equal(brief(run.see(application({ history, operationState: old }), 2_000)), 'rollback');
    const sync = state({ operation: foreign(), startedAt: second(30) });
    assert.equal(
      brief(run.see(application({ history, operation: foreign(), operationState: sync }))),
      'wait',
    );
  });

  it('is not repeated if it was seen waiting and then replaced', () => {
    const { fingerprint } = rolled;
    const identity = { kind: 'adopted', fingerprint, startedAt: undefined, ours: true } as const;
    const run = new Run(rollbackGoal(), { identity, startedAt: start });
    run.see(application({ history, operation: rolled }));
    const other = ended('Succeeded', { operation: foreign(), startedAt: second(30) });
    assert.equal(brief(run.see(application({ history, operationState: other }))), 'superseded');
  });

  it('succeeds without health if it is a dry run', () => {
    const { fingerprint } = rolled;
    const identity = { kind: 'adopted', fingerprint, startedAt: undefined, ours: true } as const;
    const run = new Run(rollbackGoal({ dryRun: true }), { identity });
    const done = application({
      history,
      operationState: ended('Succeeded', { operation: rolled }),
    });
    assert.equal(brief(run.see(done)), 'succeeded');
  });
});
