import { strict as assert } from 'node:assert';
import type { Application } from '../../../src/sync/model/application.ts';
import type { Hydrator } from '../../../src/sync/model/hydrator.ts';
import { learnCommit, noHydration } from '../../../src/sync/model/hydration-memory.ts';
import type { Lookup, Verdict } from '../../../src/sync/model/verdict.ts';
import {
  badManifest,
  D1,
  D2,
  D3,
  failed,
  first,
  H1,
  H2,
  H3,
  hydrated,
  hydratedApplication as shop,
  hydrating,
  other,
} from '../sample-hydrator.ts';
import {
  brief,
  comparisonError,
  ended,
  ending,
  entry,
  foreign,
  operation,
  refreshed,
  revision,
  Run,
  second,
  syncGoal,
  synced,
  tracked,
  waitGoal,
} from '../sample-application.ts';

/** Two hydrations: D1 before, and D2 after the first read. */
const pushed: Partial<Hydrator> = { current: hydrated(other, 100), last: other, compared: D2 };

/** The revision that a sync names, or its result in a word. */
function named(verdict: Verdict): string {
  if (verdict.kind !== 'act' || verdict.act.kind !== 'sync') return brief(verdict);
  const { name } = verdict.act;
  return name.kind === 'revision' ? name.revision : name.kind;
}

function doing(verdict: Verdict): string {
  return verdict.kind === 'done' ? verdict.ending.message : verdict.doing;
}

/** The requests to Argo CD during a wait. */
function asked(verdict: Verdict): Lookup | undefined {
  return verdict.kind === 'wait' ? verdict.ask : undefined;
}

/** A run that has read once, and whose refresh was answered at that read or after it. */
function begun(goal: ConstructorParameters<typeof Run>[0], look: Application = shop()): Run {
  const run = new Run(goal);
  run.see(look);
  return run;
}

/** Sees a snapshot, and that the requested refresh has been answered. */
function answer(run: Run, snapshot: Application): Verdict {
  const at = run.now + 100;
  run.see(snapshot, 100);
  return run.change({ refresh: refreshed(at) });
}

function know(run: Run, name: string, seconds: number, change = {}): Verdict {
  const { hydration = noHydration } = run.memory;
  const commit = { date: second(seconds), tags: [], isHydrated: false, ...change };
  return run.change({ hydration: learnCommit(hydration, name, commit, run.now) });
}

describe('The tip of the dry branch', () => {
  const goal = syncGoal();

  it('is not what was hydrated before the run, since a refresh is answered before a hydration starts', () => {
    const run = begun(goal);
    assert.equal(brief(run.change({})), 'wait');
    const answered = answer(run, shop({ isAsked: true }));
    assert.equal(brief(answered), 'wait');
    assert.match(doing(answered), /to check main/);
  });

  it('is proven by a hydration even if a refresh found nothing new, which may not have happened', () => {
    const run = begun(goal);
    const looked = answer(run, shop());
    assert.match(doing(looked), /found nothing new on main/);
    assert.equal(asked(looked), 'hard refresh');
    const forced = run.change({ refresh: { ...refreshed(run.now), hardAt: run.now } });
    assert.match(doing(forced), /to render main again/);
    assert.equal(asked(forced), undefined);
    assert.equal(asked(run.change({}, 10_000)), 'hard refresh');
    assert.equal(named(run.see(shop({ current: hydrated(first, 100) }))), H1);
  });

  it('is not compared with what was requested by force before the read that counts', () => {
    const run = begun(goal, shop({ current: hydrating(90) }));
    run.change({ refresh: { ...refreshed(run.now), hardAt: run.now } });
    const over = run.see(shop({ current: hydrated(first, 90) }), 500);
    assert.equal(asked(over), 'refresh');
  });

  it('is what a refresh finds, and is waited for until it is hydrated and compared', () => {
    const run = begun(goal);
    const found = answer(run, shop({ compared: D2 }));
    assert.match(doing(found), /waiting for the hydrator to render d200000 to env\/shop/);
    assert.match(
      doing(run.see(shop({ compared: D2, current: hydrating(100) }))),
      /hydrating d200000/,
    );
    assert.match(doing(run.see(shop(pushed))), /to compare/);
    assert.equal(named(run.see(shop(pushed, { sync: synced(H2, 'OutOfSync') }))), H2);
  });

  it('is what was rendered by a hydration that started after the first read', () => {
    const run = begun(goal);
    assert.equal(named(run.see(shop(pushed, { sync: synced(H2) }), 500)), H2);
  });

  it('is not what was rendered by a hydration that was already in progress', () => {
    const run = begun(goal, shop({ current: hydrating(90) }));
    const over = shop({ ...pushed, current: hydrated(other, 90) }, { sync: synced(H2) });
    assert.match(doing(run.see(over, 500)), /to check main/);
    assert.equal(asked(answer(run, over)), 'hard refresh');
    const anew = { ...pushed, current: hydrated(other, 110) };
    assert.equal(named(run.see(shop(anew, { sync: synced(H2) }))), H2);
  });

  it('is not the result of a refresh that others had requested before the run', () => {
    const run = begun(goal, shop({ isAsked: true }));
    assert.equal(brief(run.change({ refresh: refreshed() })), 'wait');
    assert.match(doing(run.see(shop({ current: hydrating(100) }), 100)), /hydrating main/);
    const over = run.see(shop({ current: hydrated(first, 100) }), 100);
    assert.match(doing(over), /to check main/);
    assert.equal(asked(over), 'refresh');
  });

  it('is shown only by hydrations if Argo CD does not record refreshes (before 3.5)', () => {
    const run = begun(goal, shop({ compared: undefined }));
    assert.equal(brief(answer(run, shop({ compared: undefined }))), 'wait');
    const again = { compared: undefined, current: hydrated(first, 100) };
    assert.equal(named(run.see(shop(again))), H1);
  });

  it('changed nothing: a new dry commit, hydrated as before', () => {
    const same = { dry: D2, hydrated: H1 };
    const run = begun(goal);
    const verdict = run.see(shop({ current: hydrated(same, 100), last: same, compared: D2 }), 500);
    assert.equal(named(verdict), H1);
    assert.equal(run.memory.aim?.rendering?.dry, D2);
  });

  it('is hydrated by force if nothing follows a refresh that found it', () => {
    const run = begun(goal);
    answer(run, shop({ compared: D2 }));
    const verdict = run.change({}, 10_000);
    assert.ok(verdict.kind === 'wait');
    assert.equal(verdict.ask, 'hard refresh');
  });

  it('is deployed by branch if somebody has pushed after it', () => {
    const run = begun(goal);
    const verdict = run.see(shop(pushed, { sync: synced(H3) }), 500);
    assert.match(doing(verdict), /to compare/);
    assert.equal(named(answer(run, shop(pushed, { sync: synced(H3) }))), 'tracked');
  });

  it('is not sent to an application that syncs automatically', () => {
    const run = begun(goal, shop({}, { autoSync: true }));
    const look = shop(pushed, { autoSync: true, sync: synced(H2) });
    assert.equal(named(run.see(look, 500)), 'tracked');
  });

  it('has never been hydrated yet', () => {
    const unresolved = comparisonError("unable to resolve 'env/shop' to a commit SHA");
    const never = { current: undefined, last: undefined, compared: undefined };
    const bare = {
      sync: { status: 'Unknown', revisions: ['env/shop'] },
      conditions: [unresolved],
    } as const;
    for (const each of [goal, waitGoal({ target: tracked })]) {
      const run = begun(each, shop(never, bare));
      const verdict = answer(run, shop(never, bare));
      assert.match(doing(verdict), /not hydrated yet.*render main to env\/shop/);
      const now = { current: hydrated(first, 100), last: first, compared: D1 };
      assert.match(doing(run.see(shop(now, bare))), /to compare/);
    }
  });
});

describe('A failed hydration', () => {
  it('fails the run with its message if it started after the run', () => {
    const run = begun(syncGoal());
    const verdict = run.see(shop({ compared: D2, current: failed(100) }), 500);
    const { outcome, message, causes } = ending(verdict);
    assert.equal(outcome, 'failed');
    assert.match(message, /could not hydrate the tip of main/);
    assert.equal(causes[0]?.message, badManifest);
  });

  it('does not fail the run if it existed before: each refresh tries again', () => {
    const old = shop({ compared: D2, current: failed(50) });
    const run = begun(syncGoal(), old);
    assert.equal(brief(answer(run, old)), 'wait');
    assert.equal(brief(run.see(shop({ compared: D2, current: hydrating(100) }))), 'wait');
    assert.equal(named(run.see(shop(pushed, { sync: synced(H2) }))), H2);
  });

  it('is waited for if it may be temporary, and once if its message is unknown', () => {
    const away = shop({ current: failed(100, 'Failed to hydrate: connection refused') });
    const run = begun(syncGoal());
    for (const at of [1, 2, 3]) assert.equal(brief(run.see(away, at * 20_000)), 'wait');
    const strange = new Run(syncGoal());
    strange.see(shop());
    assert.equal(brief(strange.see(shop({ current: failed(100, 'odd') }), 500)), 'wait');
    assert.equal(brief(strange.see(shop({ current: failed(100, 'odd') }), 500)), 'wait');
    assert.equal(brief(strange.see(shop({ current: failed(110, 'odd') }), 500)), 'failed');
  });

  it('is forgotten when a later one succeeds', () => {
    const run = begun(syncGoal({ target: revision(D2) }));
    run.see(shop({ compared: D2, current: failed(100, 'odd') }), 500);
    const newest = { dry: D3, hydrated: H3 };
    const later = { current: hydrated(newest, 110), last: newest, compared: D3 };
    run.see(shop(later, { sync: synced(H3) }), 500);
    assert.match(doing(know(run, D2, 10)), /d300000 is the tip of the dry branch/);
  });

  it('does not matter for a commit that is already hydrated', () => {
    const run = begun(syncGoal({ target: revision(D1) }));
    assert.equal(named(run.see(shop({ compared: D2, current: failed(100) }), 500)), H1);
  });

  it('fails the run that requests the commit, and one for an earlier commit', () => {
    const asked = begun(syncGoal({ target: revision(D2) }));
    assert.equal(brief(asked.see(shop({ compared: D2, current: failed(100) }), 500)), 'failed');
    const before = begun(syncGoal({ target: revision(D2) }));
    before.see(shop({ compared: D3, current: failed(100) }), 500);
    know(before, D2, 10);
    know(before, D3, 11);
    assert.equal(brief(know(before, H1, 1)), 'failed');
  });
});

describe('A revision of a hydrated application', () => {
  const cases: readonly [string, string, string][] = [
    ['a dry commit', D2, H2],
    ['an abbreviated dry commit', D2.slice(0, 7), H2],
    ['the dry branch', 'main', H2],
    ['the dry branch by its ref', 'refs/heads/main', H2],
    ['a hydrated commit', H2, H2],
    ['an earlier hydrated commit', H1, H1],
    ['the synced branch', 'env/shop', 'env/shop'],
  ];
  for (const [what, asked, sent] of cases) {
    it(`may be ${what}`, () => {
      const run = begun(syncGoal({ target: revision(asked) }));
      run.see(shop(pushed, { sync: synced(H2, 'OutOfSync') }), 500);
      assert.equal(named(run.change({})), sent);
    });
  }

  it('may be a tag of the tip', () => {
    const run = begun(syncGoal({ target: revision('v1.0.0') }));
    const verdict = run.see(shop(pushed, { sync: synced(H2) }), 500);
    assert.ok(verdict.kind === 'wait');
    assert.deepEqual(verdict.ask, { commits: [D2] });
    assert.equal(named(know(run, D2, 10, { tags: ['v1.0.0'] })), H2);
  });

  it('is refused if its dry commit cannot be determined', () => {
    const run = begun(syncGoal({ target: revision('v1.0.0') }));
    run.see(shop(pushed, { sync: synced(H2) }), 500);
    assert.match(
      ending(know(run, D2, 10)).message,
      /Cannot determine which dry commit "v1.0.0" is/,
    );
  });

  it('is looked up in Argo CD if it may be dry or hydrated', () => {
    const run = begun(syncGoal({ target: revision(H3) }));
    const verdict = run.change({});
    assert.ok(verdict.kind === 'wait');
    assert.deepEqual(verdict.ask, { commits: [H3] });
    assert.equal(named(know(run, H3, 0, { isHydrated: true })), H3);
  });

  it('is never sent unchanged if it is dry, even if the history contains it', () => {
    const history = [entry(1, D2)];
    const run = begun(syncGoal({ target: revision(D2) }), shop({}, { history }));
    know(run, D2, 10);
    assert.equal(brief(answer(run, shop({}, { history }))), 'wait');
  });
});

describe('A dry commit that was not hydrated by itself', () => {
  const newest = { dry: D3, hydrated: H3 };
  const passed: Partial<Hydrator> = { current: hydrated(newest, 100), last: newest, compared: D3 };
  const look = shop(passed, { sync: synced(H3, 'OutOfSync') });

  function ask(made: number, whenSuperseded: 'fail' | 'follow' = 'fail') {
    const run = begun(syncGoal({ target: revision(D2), whenSuperseded }));
    const verdict = run.see(look, 500);
    assert.ok(verdict.kind === 'wait');
    assert.deepEqual(verdict.ask, { commits: [D2] });
    const others = know(run, D2, made);
    assert.ok(others.kind === 'wait');
    assert.deepEqual(others.ask, { commits: [D3, H1] });
    know(run, D3, 30);
    return { run, verdict: know(run, H1, 20) };
  }

  it('is deployed with a newer one if it was made between that and the previous one', () => {
    const { run, verdict } = ask(25);
    assert.equal(named(verdict), H3);
    assert.match(run.memory.aim?.concerns[0]?.title ?? '', /d200000 was hydrated with a newer one/);
  });

  it('is superseded if it is older than what was hydrated before, since its content is unknown', () => {
    const { verdict } = ask(10);
    assert.equal(brief(verdict), 'superseded');
    assert.match(ending(verdict).message, /does not report whether that contains it/);
  });

  it('is superseded with an accurate message if the history shows that it had been hydrated and deployed', () => {
    const history = [entry(1, H2), entry(2, H3)];
    const judge = (dry: string | undefined) => {
      const run = begun(syncGoal({ target: revision(D2) }));
      run.see({ ...look, history }, 500);
      know(run, D2, 10);
      know(run, D3, 30);
      const verdict = know(run, H1, 20);
      assert.deepEqual(asked(verdict), { commits: [H2, H3] });
      know(run, H3, 31, { isHydrated: true, dry: D3.slice(0, 7) });
      return ending(know(run, H2, 11, { isHydrated: dry !== undefined, dry }));
    };
    const { outcome, message } = judge(D2.slice(0, 7));
    assert.equal(outcome, 'superseded');
    assert.match(
      message,
      /^Dry commit d200000 was hydrated as e200000 and deployed before: d300000/,
    );
    assert.match(
      judge(D1.slice(0, 7)).message,
      /^There is no evidence that dry commit d200000 was/,
    );
    assert.match(
      judge(undefined).message,
      /^There is no evidence that dry commit d200000 was hydrated:/,
    );
  });

  it('is deployed with the newer one if the caller says that it contains it', () => {
    assert.equal(named(ask(10, 'follow').verdict), H3);
  });

  it('is waited for if it was made after the tip', () => {
    assert.match(doing(ask(31).verdict), /older than d200000: waiting for that to be pushed/);
    assert.match(doing(ask(31, 'follow').verdict), /older than d200000/);
  });

  it('is waited for if Argo CD does not find it, and looked for again', () => {
    const run = begun(syncGoal({ target: revision(D2) }));
    run.see(look, 500);
    know(run, D3, 30);
    know(run, H1, 20);
    const { hydration = noHydration } = run.memory;
    const unfound = learnCommit(hydration, D2, undefined, run.now);
    assert.match(doing(run.change({ hydration: unfound })), /not in the dry repository yet/);
    const again = run.change({}, 10_000);
    assert.ok(again.kind === 'wait');
    assert.deepEqual(again.ask, { commits: [D2] });
  });

  it('fails if Argo CD does not find it for two minutes, unless it is only waited for', () => {
    const later = (goal: Parameters<typeof begun>[0]) => {
      const run = begun(goal);
      run.see(look, 500);
      know(run, D3, 30);
      know(run, H1, 20);
      const { hydration = noHydration } = run.memory;
      const late = run.now + 120_000;
      return run.change({ hydration: learnCommit(hydration, D2, undefined, late) }, 120_000);
    };
    const verdict = later(syncGoal({ target: revision(D2) }));
    assert.ok(verdict.kind === 'done');
    assert.match(verdict.ending.message, /The dry repository has no commit d2/);
    assert.match(doing(later(waitGoal({ target: revision(D2) }))), /not in the dry repository yet/);
  });
});

describe('An application whose hydrated commits are promoted', () => {
  const staged = { ...pushed, stagingBranch: 'env/shop-next' };
  const before = shop({ stagingBranch: 'env/shop-next' });

  it('is not synced before that, and says what it waits for', () => {
    const run = begun(syncGoal(), before);
    const verdict = answer(run, shop(staged));
    assert.match(doing(verdict), /hydrated as e200000 on env\/shop-next: waiting for somebody/);
    know(run, H2, 30);
    assert.match(doing(know(run, H1, 20)), /waiting for somebody to promote it to env\/shop/);
  });

  it('is synced after the commit was promoted', () => {
    const run = begun(syncGoal(), before);
    answer(run, shop(staged));
    assert.equal(named(run.see(shop(staged, { sync: synced(H2, 'OutOfSync') }))), H2);
  });

  it('is synced after it was promoted by a merge', () => {
    const run = begun(syncGoal({ target: revision(D2) }), before);
    answer(run, shop(staged));
    run.see(shop(staged, { sync: synced(H3, 'OutOfSync') }));
    know(run, H2, 30);
    assert.equal(named(know(run, H3, 31)), H3);
    assert.match(run.memory.aim?.note ?? '', /promoted by e300000/);
  });

  it('waits for the first promotion, whatever Argo CD says about the path', () => {
    const conditions = [
      comparisonError('app path does not exist - waiting for an external process'),
    ];
    const bare = { conditions, sync: { status: 'Unknown', revisions: ['env/shop'] } } as const;
    const run = begun(waitGoal({ target: tracked }), shop(staged, bare));
    const anew = { ...staged, current: hydrated(other, 110) };
    assert.match(doing(answer(run, shop(anew, bare))), /waiting for somebody to promote/);
  });

  it('accepts neither the waiting branch nor a commit on it', () => {
    const branch = begun(syncGoal({ target: revision('env/shop-next') }), before);
    assert.match(ending(branch.change({})).message, /awaits promotion/);
    const commit = begun(syncGoal({ target: revision(H2) }), before);
    assert.match(doing(commit.see(shop(staged), 500)), /waiting for the promotion of e200000/);
  });
});

describe('waiting for others to deploy a dry commit', () => {
  const done = ended('Succeeded', { operation: foreign({ revisions: [H2] }), revisions: [H2] });

  for (const target of [tracked, revision(D2)]) {
    it(`ends when its hydrated commit is live (${target.kind})`, () => {
      const goal = waitGoal({ target, waitFor: 'operation' });
      const run = begun(goal);
      assert.equal(brief(answer(run, shop({ isAsked: true }))), 'wait');
      assert.equal(brief(run.see(shop(pushed))), 'wait');
      assert.equal(brief(run.see(shop(pushed, { sync: synced(H2, 'OutOfSync') }))), 'wait');
      const verdict = run.see(shop(pushed, { sync: synced(H2), operationState: done }));
      assert.equal(brief(verdict), 'succeeded');
      assert.match(ending(verdict).evidence, /dry commit d200000 is hydrated as e200000/);
    });
  }

  it('does not count as done what was live before', () => {
    const run = begun(waitGoal({ target: revision(D2), waitFor: 'operation' }));
    assert.equal(brief(answer(run, shop({ compared: D2 }))), 'wait');
  });
});

describe('our own sync of a hydrated application', () => {
  it('is judged by what was requested, even if the dry branch advances', () => {
    const run = begun(syncGoal({ target: revision(D2), waitFor: 'operation' }));
    assert.equal(named(run.see(shop(pushed, { sync: synced(H2) }), 500)), H2);
    const asked = operation({ revisions: [H2] });
    const newest = { dry: D3, hydrated: H3 };
    const later = { current: hydrated(newest, 110), last: newest, compared: D3 };
    const verdict = run.see(
      shop(later, { sync: synced(H3), operationState: ended('Succeeded', { operation: asked }) }),
      500,
    );
    assert.equal(brief(verdict), 'succeeded');
    assert.equal(run.memory.aim?.rendering?.dry, D2);
  });
});
