import assert from 'node:assert/strict';
import { makeResult } from '../../src/follow/result.ts';
import { observe } from '../../src/sync/rules/decide.ts';
import type { Memory } from '../../src/sync/model/memory.ts';
import type { Cause, Outcome, OperationStep } from '../../src/sync/model/outcome.ts';
import type { Application } from '../../src/sync/model/application.ts';
import {
  A,
  application,
  B,
  C,
  ended,
  entry,
  foreign,
  fresh,
  hook,
  operation,
  result,
  start,
  state,
  syncGoal,
  synced,
} from '../sync/sample-application.ts';

describe('The result of following', () => {
  const cause: Cause = {
    title: 'PreSync hook Job/migrate failed',
    message: '',
    advice: '',
    resource: hook(),
    log: [],
  };

  const make = (
    outcome: Outcome,
    seen: Application | undefined,
    {
      causes = [],
      memory = {},
      message = 'the end',
      revisions,
      steps = [],
    }: {
      readonly steps?: readonly OperationStep[];
      readonly causes?: readonly Cause[];
      readonly memory?: Partial<Memory>;
      readonly message?: string;
      readonly revisions?: readonly string[];
    } = {},
  ) => {
    const goal = syncGoal();
    const known = fresh(goal, memory);
    const remembered = seen === undefined ? known : observe(known, seen, goal, start);
    const live = revisions === undefined ? {} : { revisions };
    const ending = { outcome, message, evidence: 'seen', causes, ...live };
    return makeResult({
      ...{ name: { name: 'shop' }, url: 'https://x/shop', ending, finishedAt: start + 2 },
      ...{ application: seen, memory: remembered, plan: undefined, steps },
    });
  };

  it('has the steps of the followed operation, not of the one that it replaced', () => {
    const step = (attempt: number): OperationStep => ({
      ...{ group: '', kind: 'Job', namespace: 'shop', name: `j${attempt}`, phase: 'PreSync' },
      ...{ wave: 0, hook: true, state: 'Running', message: '', attempt },
      ...{ startedAt: 0, finishedAt: undefined },
    });
    const steps = [step(0), step(1), step(2)];
    const names = (memory: Partial<Memory>) =>
      make('succeeded', application(), { memory, steps }).steps.map(({ name }) => name);
    assert.deepEqual(names({}), ['j0', 'j1', 'j2']);
    assert.deepEqual(names({ earlierAttempts: 2 }), ['j2']);
  });

  it('says what it knows if nothing was ever seen', () => {
    const { name, outcome, operation, revisions, syncStatus, health, images } = make(
      'failed',
      undefined,
    );
    assert.deepEqual(
      { name, outcome, operation, revisions, syncStatus, health, images },
      {
        name: 'shop',
        outcome: 'failed',
        operation: undefined,
        revisions: [],
        syncStatus: undefined,
        health: undefined,
        images: [],
      },
    );
  });

  it('contains our operation and the revisions that it deployed', () => {
    const seen = application({
      operationState: ended('Succeeded', { revisions: [B] }),
      sync: synced(A),
    });
    const { operation, revisions, message } = make('succeeded', seen);
    assert.equal(operation?.ours, true);
    assert.equal(operation.initiatedBy, 'ci');
    assert.deepEqual(revisions, [B]);
    assert.equal(message, 'The end');
  });

  const git = (repoURL: string) => ({ repoURL, chart: '', path: '', targetRevision: '' });
  const shop = git('https://someone:secret@github.com/fabrikam/shop');
  const before = git('https://github.com/fabrikam/before');
  const url = 'https://github.com/fabrikam/shop';
  const origins: readonly (readonly [
    string,
    Partial<Application>,
    readonly string[] | undefined,
    readonly string[] | undefined,
  ])[] = [
    [
      "the application's, without credentials",
      { operationState: ended('Succeeded', { revisions: [B] }) },
      undefined,
      [url],
    ],
    [
      "the operation's, if it was requested with other sources",
      {
        operationState: ended('Succeeded', {
          revisions: [B],
          operation: operation({ sources: [before] }),
        }),
      },
      undefined,
      [before.repoURL],
    ],
    [
      'that of the deployment that was waited for',
      { history: [entry(1, B)], deployedSources: [before] },
      [B],
      [before.repoURL],
    ],
    ["the application's, if only it says", {}, [B], [url]],
    ['unknown, if the numbers of sources and revisions differ', {}, [A, B], undefined],
  ];
  for (const [what, seen, revisions, expected] of origins) {
    it(`contains the repository of what was deployed: ${what}`, () => {
      const { repositories } = make(
        'succeeded',
        application({ sources: [shop], ...seen }),
        revisions === undefined ? {} : { revisions },
      );
      assert.deepEqual(repositories, expected);
    });
  }

  const failing = hook({ status: 'Synced', hookPhase: 'Failed' });
  const applied = result();
  const deployments: readonly (readonly [
    string,
    Partial<Application>,
    Partial<Memory>,
    readonly string[],
  ])[] = [
    ['a successful sync', { operationState: ended('Succeeded', { revisions: [B] }) }, {}, [B]],
    [
      'one that failed in PreSync',
      { operationState: ended('Failed', { results: [failing] }) },
      {},
      [],
    ],
    [
      'one that failed after it had applied something',
      { operationState: ended('Failed', { results: [failing, applied], revisions: [B] }) },
      {},
      [B],
    ],
    [
      'one that could apply nothing',
      { operationState: ended('Failed', { results: [result({ status: 'SyncFailed' })] }) },
      {},
      [],
    ],
    ['one that has not started', { operation: operation() }, {}, []],
    [
      'a dry run',
      {
        operationState: ended('Succeeded', {
          operation: operation({ dryRun: true }),
          results: [applied],
        }),
      },
      {},
      [],
    ],
    [
      "another actor's operation",
      { operationState: ended('Succeeded', { operation: foreign() }) },
      { identity: undefined },
      [],
    ],
    ['a refused request', { sync: synced(A) }, {}, []],
  ];
  for (const [what, seen, memory, expected] of deployments) {
    it(`contains what was deployed, and not the application's current revision: ${what}`, () => {
      assert.deepEqual(make('failed', application(seen), { memory }).revisions, expected);
    });
  }

  it('contains the full commit even if it was requested in short form or in upper case', () => {
    const seen = application({ sync: synced(A) });
    for (const written of [A.slice(0, 8), A.toUpperCase(), A.slice(0, 12).toUpperCase()]) {
      assert.deepEqual(make('succeeded', seen, { revisions: [written] }).revisions, [A]);
    }
  });

  it('contains the full commit even if only an earlier deployment shows it', () => {
    const seen = application({ sync: synced(B), history: [entry(1, A), entry(2, 'aaaaaaa')] });
    assert.deepEqual(make('succeeded', seen, { revisions: ['aaaaaaa'] }).revisions, [A]);
  });

  it('contains what is live if the end says so', () => {
    const seen = application({ sync: synced(A) });
    assert.deepEqual(make('succeeded', seen, { revisions: [C] }).revisions, [C]);
  });

  it('names the first failure in the sentence about a failed operation', () => {
    const seen = application({ operationState: ended('Failed') });
    const { message } = make('failed', seen, { causes: [cause] });
    assert.equal(message, 'The end: PreSync hook Job/migrate failed');
    const told = make('failed', seen, { causes: [cause], message: cause.title });
    assert.equal(told.message, cause.title);
  });

  it('contains the first line of the cause once if no resource failed', () => {
    const seen = application({ operationState: ended('Error') });
    const title = 'The operation ended in an error';
    for (const [message, sentence] of [
      ['cannot resolve v9\nrpc error', `${title}: cannot resolve v9`],
      ['\ncannot resolve v9', `${title}: cannot resolve v9`],
      ['', title],
      [title, title],
    ] as const) {
      const why = { ...cause, title, message, resource: undefined };
      assert.equal(make('failed', seen, { causes: [why], message: title }).message, sentence);
      assert.equal(make('blocked', seen, { causes: [why], message: title }).message, title);
    }
  });

  it('does not name it if the operation succeeded and only health failed', () => {
    const seen = application({ operationState: ended('Succeeded') });
    assert.equal(make('failed', seen, { causes: [cause] }).message, 'The end');
  });

  it('has warnings only if it succeeded', () => {
    const left = result({ status: 'PruneSkipped', message: 'ignored (requires pruning)' });
    const seen = application({ operationState: ended('Succeeded', { results: [left] }) });
    assert.equal(make('succeeded', seen).concerns.length, 1);
    assert.deepEqual(make('failed', seen).concerns, []);
  });

  it('contains the last state of the operation if it was replaced', () => {
    const begun = state({ message: 'half way' });
    const seen = application({ operationState: undefined });
    assert.equal(make('superseded', seen, { memory: { begun } }).operation?.message, 'half way');
  });
});
