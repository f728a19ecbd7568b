import { strict as assert } from 'node:assert';
import type { Application } from '../../../src/sync/model/application.ts';
import { decide } from '../../../src/sync/rules/decide.ts';
import type { SyncGoal } from '../../../src/sync/model/goal.ts';
import { follow as followOther } from '../../../src/sync/model/memory.ts';
import { leavesHistory } from '../../../src/sync/model/operation.ts';
import type { Operation, OperationState } from '../../../src/sync/model/operation.ts';
import { proveByHistory } from '../../../src/sync/rules/supersession.ts';
import {
  A,
  application,
  B,
  brief,
  ended,
  ending,
  entry,
  foreign,
  fresh,
  operation,
  refreshed,
  request,
  resource,
  result,
  rollbackGoal,
  Run,
  second,
  state,
  syncGoal,
  waitGoal,
} from '../sample-application.ts';

const begun = state({ startedAt: second(10) });
const ours = { deployStartedAt: second(10), deployedAt: second(20) };
const eve = { operation: foreign() };
const selective = foreign({ resources: [resource('Healthy')] });

describe('proveByHistory', () => {
  const cases = [
    ['our entry', [entry(1, A, ours)], ended('Succeeded', { ...eve, startedAt: second(11) }), true],
    ['no entry', [], undefined, false],
    ['an entry before the request', [entry(0, A, ours)], undefined, false],
    ['an entry with another start', [entry(1, A)], undefined, false],
    ['an entry with another revision', [entry(1, B, ours)], undefined, false],
    ['an entry by auto-sync', [entry(1, A, { ...ours, automated: true })], undefined, false],
    ['an entry by somebody else', [entry(1, A, { ...ours, initiatedBy: 'eve' })], undefined, false],
    [
      'the entry of one that started in the same second',
      [entry(1, A, ours)],
      ended('Succeeded', eve),
      false,
    ],
    ['the entry of one that is about to end', [entry(1, A, ours)], state(eve), false],
    [
      'both entries of two in one second',
      [entry(1, A, ours), entry(2, A, ours)],
      ended('Succeeded', eve),
      true,
    ],
    [
      'our entry, and a part of it synced since',
      [entry(1, A, ours)],
      ended('Succeeded', { operation: selective }),
      true,
    ],
    ['our entry, and a failure since', [entry(1, A, ours)], ended('Failed', eve), true],
  ] as const;
  for (const [what, history, operationState, expected] of cases) {
    it(`accepts ${what} as ${expected ? 'a proof' : 'no proof'}, once ours was seen`, () => {
      const memory = fresh(undefined, { begun, request: request({ historyId: 0 }) });
      const proof = proveByHistory(application({ history, operationState }), memory);
      assert.equal(proof !== undefined, expected);
    });
  }

  const unseen = [
    ['the first entry since', [entry(1, A, ours)], state({ ...eve, startedAt: second(11) }), true],
    ['the entry of the current operation', [entry(1, A, ours)], state(eve), false],
    [
      'a first entry with another revision',
      [entry(1, B, ours), entry(2, A, ours)],
      undefined,
      false,
    ],
    ['a first entry by auto-sync', [entry(1, A, { ...ours, automated: true })], undefined, false],
    ['a first entry by somebody else', [entry(1, A, { initiatedBy: 'eve' })], undefined, false],
  ] as const;
  for (const [what, history, operationState, expected] of unseen) {
    it(`accepts ${what} as ${expected ? 'a proof' : 'no proof'}, if ours was not seen`, () => {
      const memory = fresh(undefined, { request: request({ historyId: 0 }) });
      const proof = proveByHistory(application({ history, operationState }), memory);
      assert.equal(proof !== undefined, expected);
    });
  }

  it('proves nothing for a dry run or a partial sync, which leave no history', () => {
    for (const change of [{ dryRun: true }, { resources: [resource('Healthy')] }]) {
      const asked = request({ operation: operation(change) });
      const memory = fresh(undefined, { request: asked });
      assert.equal(proveByHistory(application({ history: [entry(1, A)] }), memory), undefined);
    }
  });

  it('uses the operation as it was seen waiting, if the request got no response', () => {
    const lost = request({ state: 'unclear', operation: undefined, historyId: 0 });
    const memory = fresh(undefined, { request: lost, asked: operation() });
    assert.equal(proveByHistory(application({ history: [entry(1, A)] }), memory)?.id, 1);
  });
});

/** The operation that replaced ours after its termination, and its progress. */
const replacements = {
  'the same sync': foreign(),
  'a sync to another revision': foreign({ revisions: [B] }),
  'a dry run': foreign({ dryRun: true }),
  'a part': foreign({ resources: [resource('Healthy')] }),
} as const;

/** States of our terminated operation before another one is seen. */
const orders = {
  'replaced unseen': [],
  'seen terminating': [{ operation: operation(), phase: 'Terminating' }],
  'seen terminated': [{ operation: undefined, phase: 'Failed' }],
  'seen all the way': [
    { operation: operation(), phase: 'Terminating' },
    { operation: undefined, phase: 'Failed' },
  ],
} as const;

/** The progress of the other one when it is first seen. */
const sights = ['pending', 'pending beside the end of ours', 'running', 'ended'] as const;

const afterTermination = {
  fail: {
    'the same sync': 'superseded',
    'a sync to another revision': 'superseded',
    'a dry run': 'superseded',
    'a part': 'superseded',
  },
  follow: {
    'the same sync': 'succeeded',
    'a sync to another revision': 'succeeded',
    'a dry run': 'superseded',
    'a part': 'superseded',
  },
  succeedIfIncluded: {
    'the same sync': 'succeeded',
    'a sync to another revision': 'superseded',
    'a dry run': 'superseded',
    'a part': 'superseded',
  },
} as const;

const terminated = 'Operation terminated';

describe('A terminated operation', () => {
  /** Sees ours running, and then as the order says. */
  function terminate(order: keyof typeof orders, whenSuperseded: SyncGoal['whenSuperseded']) {
    const run = new Run(syncGoal({ whenSuperseded, waitFor: 'operation' }), {
      request: request({ historyId: 0 }),
    });
    run.see(application({ operation: operation(), operationState: begun }));
    for (const { operation: asked, phase } of orders[order]) {
      const seen = { ...begun, phase, message: terminated };
      assert.equal(brief(run.see(application({ operation: asked, operationState: seen }))), 'wait');
    }
    return run;
  }

  /** Sees the other one from there to its success. */
  function follow(run: Run, other: Operation, from: (typeof sights)[number], after: number) {
    const startedAt = second(12);
    const running = state({ operation: other, startedAt });
    const over = { ...running, phase: 'Succeeded', finishedAt: second(14) } as const;
    const written = leavesHistory(other)
      ? [
          entry(1, '', {
            revisions: other.revisions,
            initiatedBy: 'eve',
            deployStartedAt: startedAt,
          }),
        ]
      : [];
    const ours = {
      ...begun,
      phase: 'Failed',
      finishedAt: second(11),
      message: terminated,
    } as const;
    const looks = {
      pending: { operation: other },
      'pending beside the end of ours': { operation: other, operationState: ours },
      running: { operation: other, operationState: running },
      ended: { operationState: over, history: written },
    };
    const shown = [looks[from], looks.running, looks.ended];
    let verdict = run.see(application(shown[0]), after);
    for (const look of shown) {
      const seen = application(look);
      verdict = run.see(seen);
      if (verdict.kind === 'act' && verdict.act.kind === 'adopt') {
        verdict = run.change(followOther(run.memory, verdict.act.identity, seen));
      }
      if (verdict.kind === 'done') break;
    }
    return verdict;
  }

  for (const [whenSuperseded, outcomes] of entriesOf(afterTermination)) {
    for (const [what, outcome] of entriesOf(outcomes)) {
      it(`is ${outcome} by ${what}, however it was seen (${whenSuperseded})`, () => {
        for (const [order] of entriesOf(orders)) {
          for (const from of sights) {
            const run = terminate(order, whenSuperseded);
            const verdict = follow(run, replacements[what], from, 4_000);
            assert.equal(brief(verdict), outcome, `${order}, ${from}`);
          }
        }
      });
    }
  }

  it('has failed if nothing follows it in time, whatever was configured', () => {
    for (const [whenSuperseded] of entriesOf(afterTermination)) {
      for (const order of ['seen terminated', 'seen all the way'] as const) {
        const run = terminate(order, whenSuperseded);
        const seen = { ...begun, phase: 'Failed', message: terminated } as const;
        const verdict = run.see(application({ operationState: seen }), 5_000);
        assert.equal(brief(verdict), 'failed');
        assert.match(ending(verdict).message, /^The operation was terminated/);
      }
    }
  });

  it('has failed if nothing followed it by the deadline', () => {
    const run = terminate('seen terminated', 'follow');
    const seen = application({
      operationState: { ...begun, phase: 'Failed', message: terminated },
    });
    const { memory, goal, now } = run;
    const last = { application: seen, memory, goal, now, isLast: true };
    assert.equal(brief(decide(last)), 'failed');
  });

  it('is checked by a separate read, since the stream may be silent', () => {
    const run = terminate('seen terminated', 'follow');
    const { lookedAt } = run.memory;
    const verdict = run.change({ lookedAt }, 5_000);
    assert.deepEqual(verdict.kind === 'wait' && verdict.ask, 'look');
  });

  it('makes a wait continue with the next one', () => {
    const run = new Run(waitGoal({ waitFor: 'operation' }), { refresh: refreshed() });
    const auto = foreign({ initiatedBy: { username: '', automated: true } });
    const here = application({ operation: auto, operationState: state({ operation: auto }) });
    const verdict = run.see(here);
    assert.ok(verdict.kind === 'act' && verdict.act.kind === 'adopt');
    run.change(followOther(run.memory, verdict.act.identity, here));
    const over = ended('Failed', { operation: auto, message: terminated });
    assert.equal(brief(run.see(application({ operationState: over }))), 'wait');
    assert.equal(brief(follow(run, foreign(), 'running', 1_000)), 'succeeded');
  });
});

function entriesOf<T extends object>(table: T) {
  return Object.entries(table) as [keyof T, T[keyof T]][];
}

describe('A replaced operation', () => {
  /** Ours was accepted and seen running; then this is seen. */
  function replaced(by: Partial<Application>, goal = syncGoal()) {
    const run = new Run(goal, { request: request({ historyId: 0 }) });
    run.see(application({ operation: operation(), operationState: begun }));
    return { run, verdict: run.see(application(by)) };
  }
  const byEve = {
    operationState: ended('Succeeded', {
      operation: foreign({ revisions: [B] }),
      startedAt: second(11),
    }),
  };

  it('is superseded, with who did it and how', () => {
    const { verdict } = replaced(byEve);
    assert.equal(brief(verdict), 'superseded');
    assert.match(ending(verdict).message, /by a sync by eve to bbbbbbb/);
  });

  it('is superseded if it was removed and nothing followed', () => {
    const { run } = replaced({});
    assert.match(ending(run.see(application(), 15_000)).message, /removed before it ended/);
  });

  it('has succeeded if the history proves it, and then waits for health as usual', () => {
    const { verdict } = replaced(
      { ...byEve, history: [entry(1, A, ours)] },
      syncGoal({ waitFor: 'operation' }),
    );
    assert.match(ending(verdict).message, /history entry 1 proves that the operation succeeded/);
    const { operationState } = byEve;
    const sameAgain = { operationState: { ...operationState, revisions: [A] } };
    const { verdict: later } = replaced({ ...sameAgain, history: [entry(1, A, ours)] });
    assert.equal(brief(later), 'wait');
  });

  it('is followed if configured, and if the other one does what ours would have done', () => {
    const goal = syncGoal({ whenSuperseded: 'follow' });
    assert.equal(brief(replaced(byEve, goal).verdict), 'adopt');
    const others = [{ dryRun: true }, { resources: [resource('Healthy')] }, { isLocal: true }];
    for (const change of others) {
      const other = { operationState: ended('Succeeded', { operation: foreign(change) }) };
      const { verdict } = replaced(other, goal);
      assert.match(ending(verdict).message, /does not do what ours would have/);
    }
    const dry = syncGoal({ whenSuperseded: 'follow', options: { dryRun: true } });
    assert.equal(brief(replaced(byEve, dry).verdict), 'superseded');
  });

  describe('with succeedIfIncluded', () => {
    const goal = syncGoal({ whenSuperseded: 'succeedIfIncluded' });
    const byAuto = foreign({ initiatedBy: { username: '', automated: true } });
    const auto = { initiatedBy: '', automated: true, deployStartedAt: second(11) };

    it('has succeeded if somebody has since deployed the same revision', () => {
      const { verdict } = replaced({ history: [entry(1, A, auto)], ...byEve }, goal);
      assert.match(ending(verdict).message, /history entry 1 shows that aaaaaaa was deployed/);
    });

    it('waits for another operation with the same revision, and accepts its result', () => {
      const other = { operation: byAuto, startedAt: second(11) };
      const { run, verdict } = replaced({ operation: byAuto, operationState: state(other) }, goal);
      assert.equal(brief(verdict), 'wait');
      assert.equal(
        brief(run.see(application({ operationState: ended('Failed', other) }))),
        'superseded',
      );
    });

    it('is superseded by another revision, and by what was deployed before the request', () => {
      assert.equal(brief(replaced(byEve, goal).verdict), 'superseded');
      assert.equal(
        brief(replaced({ ...byEve, history: [entry(0, A)] }, goal).verdict),
        'superseded',
      );
    });

    describe('and a wait for health', () => {
      const healthy = { ...goal, waitFor: 'health' } as const;
      const live = (status: 'Healthy' | 'Progressing' | 'Degraded', more: object = {}) =>
        replaced(
          {
            history: [entry(1, A, { ...auto, deployedAt: second(12) })],
            ...byAutoEnded,
            reconciledAt: second(20),
            health: { status, message: '' },
            ...more,
          },
          healthy,
        ).verdict;
      const byAutoEnded = {
        operationState: ended('Succeeded', { operation: byAuto, startedAt: second(11) }),
      };

      it('counts the health of what is live', () => {
        assert.equal(brief(live('Progressing')), 'wait');
        assert.equal(brief(live('Degraded')), 'failed');
        const good = live('Healthy');
        assert.match(ending(good).message, /history entry 1 .*; the application is Healthy/);
      });

      it('counts no health from an earlier comparison', () => {
        assert.equal(brief(live('Healthy', { reconciledAt: second(11) })), 'wait');
      });

      it('waits for the end of an operation that has already written its history', () => {
        const running = { operation: byAuto, startedAt: second(11) };
        const made = { ...auto, deployStartedAt: second(11), deployedAt: second(12) };
        const ending = {
          operation: byAuto,
          operationState: state(running),
          history: [entry(1, A, made)],
        };
        assert.equal(brief(live('Degraded', ending)), 'wait');
      });

      it('trusts the history for what has been replaced since', () => {
        const later = entry(2, B, { ...auto, deployStartedAt: second(15) });
        const history = [entry(1, A, auto), later];
        assert.equal(brief(live('Degraded', { history })), 'succeeded');
      });
    });

    it('is no success of a dry run', () => {
      const dry = syncGoal({ whenSuperseded: 'succeedIfIncluded', options: { dryRun: true } });
      const { verdict } = replaced({ history: [entry(1, A, auto)], ...byEve }, dry);
      assert.equal(brief(verdict), 'superseded');
    });
  });

  it('waits for the end of one that started in the same second, since history is ambiguous before', () => {
    const { run, verdict } = replaced({
      ...eve,
      operationState: state(eve),
      history: [entry(1, A, ours)],
    });
    assert.equal(brief(verdict), 'wait');
    const failed = application({
      operationState: ended('Failed', eve),
      history: [entry(1, A, ours)],
    });
    assert.equal(brief(run.see(failed)), 'wait');
    assert.equal(run.memory.proven?.entry.id, 1);
  });

  it('is also superseded as a rollback', () => {
    const { fingerprint } = operation({ info: [], strategy: 'apply' });
    const identity = { kind: 'adopted', fingerprint, startedAt: undefined, ours: true } as const;
    const run = new Run(rollbackGoal(), { identity, request: request({ historyId: 0 }) });
    assert.equal(brief(run.see(application(byEve))), 'superseded');
  });
});

describe('Health that is awaited after our operation succeeded', () => {
  const healthy = { reconciledAt: second(60), health: { status: 'Healthy', message: '' } } as const;
  const toB = foreign({ revisions: [B] });
  const landings = {
    'its end was seen': { operationState: ended('Succeeded', { startedAt: second(10) }) },
    'history proves it': undefined,
  };
  const since = { operation: toB, startedAt: second(40) };
  const replacements = {
    'a sync of another revision that has applied something': {
      operation: toB,
      operationState: state({ ...since, results: [result()] }),
    },
    'an ended one': { operationState: ended('Succeeded', since) },
    'one that failed midway': {
      operationState: ended('Failed', { ...since, results: [result()] }),
    },
  };
  const part = foreign({ revisions: [B], resources: [resource('Healthy')] });
  const harmless = {
    'a requested sync of another revision': { operation: toB },
    'one that failed before it changed anything': { operationState: ended('Error', since) },
    'a sync of the same revision': {
      operationState: ended('Succeeded', { ...since, operation: foreign({ revisions: [A] }) }),
    },
    "a partial sync of another revision, like self-heal's": {
      operationState: ended('Succeeded', { ...since, operation: part }),
    },
    'a dry run of another revision': {
      operationState: ended('Succeeded', {
        ...since,
        operation: foreign({ revisions: [B], dryRun: true }),
      }),
    },
  };

  /** Ours was seen running and landed; then this is seen. */
  function after(
    landing: { readonly operationState: OperationState } | undefined,
    by: Partial<Application>,
    goal: SyncGoal,
  ) {
    const run = new Run(goal, { request: request({ historyId: 0 }) });
    run.see(application({ operation: operation(), operationState: begun }));
    const history = [entry(1, A, ours)];
    if (landing !== undefined) run.see(application({ ...landing, history }));
    const here = application({ ...landing, ...healthy, history, ...by });
    run.see(here);
    return run.change({ refresh: refreshed(run.now + 5_000) }, 6_000);
  }

  for (const [landed, landing] of Object.entries(landings)) {
    for (const [what, by] of Object.entries(replacements)) {
      for (const [whenSuperseded, outcome] of [
        ['fail', 'superseded'],
        ['succeedIfIncluded', 'succeeded'],
        ['follow', 'adopt'],
      ] as const) {
        it(`is not that of ${what}: ${outcome} when ${landed} (${whenSuperseded})`, () => {
          const verdict = after(landing, by, syncGoal({ whenSuperseded }));
          assert.equal(brief(verdict), outcome);
          if (verdict.kind === 'done') {
            assert.match(ending(verdict).message, /by a sync by eve to bbbbbbb/);
          }
        });
      }
    }

    for (const [what, by] of Object.entries(harmless)) {
      it(`counts after ${what} when ${landed}`, () => {
        assert.equal(brief(after(landing, by, syncGoal())), 'succeeded');
      });
    }
  }

  it('does not count while another operation runs that has not said what it changed', () => {
    const by = { operation: toB, operationState: state(since) };
    for (const landing of Object.values(landings)) {
      assert.equal(brief(after(landing, by, syncGoal())), 'wait');
    }
  });

  it('counts with the images that somebody else is expected to deploy', () => {
    const by = { ...replacements['an ended one'], images: ['web:2'] };
    const goal = syncGoal({ expectImages: ['web:2'] });
    assert.equal(brief(after(landings['its end was seen'], by, goal)), 'succeeded');
  });

  it('is not awaited otherwise', () => {
    const by = replacements['an ended one'];
    const goal = syncGoal({ waitFor: 'operation' });
    assert.equal(brief(after(undefined, by, goal)), 'succeeded');
  });
});
