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

describe('the result of following', () => {
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

  it('has the steps of the operation that is followed, not of the one that it replaced', () => {
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

  it('says what it knows when nothing was ever seen', () => {
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

  it('reports our operation and the revisions that it deployed', () => {
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
      'of the application, without credentials',
      { operationState: ended('Succeeded', { revisions: [B] }) },
      undefined,
      [url],
    ],
    [
      'of the operation, if it was requested with other sources',
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
      'of the deployment that was waited for',
      { history: [entry(1, B)], deployedSources: [before] },
      [B],
      [before.repoURL],
    ],
    ['of the application, if only it tells', {}, [B], [url]],
    ['unknown, if there are other sources than revisions', {}, [A, B], undefined],
  ];
  for (const [what, seen, revisions, expected] of origins) {
    it(`tells the repository of what was deployed: ${what}`, () => {
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
    [
      'of a sync that succeeded',
      { operationState: ended('Succeeded', { revisions: [B] }) },
      {},
      [B],
    ],
    [
      'of one that failed in PreSync',
      { operationState: ended('Failed', { results: [failing] }) },
      {},
      [],
    ],
    [
      'of one that failed after it had applied something',
      { operationState: ended('Failed', { results: [failing, applied], revisions: [B] }) },
      {},
      [B],
    ],
    [
      'of one that could apply nothing',
      { operationState: ended('Failed', { results: [result({ status: 'SyncFailed' })] }) },
      {},
      [],
    ],
    ['of one that has not begun', { operation: operation() }, {}, []],
    [
      'of a dry run',
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
      'of nobody in particular',
      { operationState: ended('Succeeded', { operation: foreign() }) },
      { identity: undefined },
      [],
    ],
    ['of a request that was refused', { sync: synced(A) }, {}, []],
  ];
  for (const [what, seen, memory, expected] of deployments) {
    it(`gives what was deployed, and never what the application is at: ${what}`, () => {
      assert.deepEqual(make('failed', application(seen), { memory }).revisions, expected);
    });
  }

  it('gives a commit in full, where it was asked for in short or in upper case', () => {
    const seen = application({ sync: synced(A) });
    for (const written of [A.slice(0, 8), A.toUpperCase(), A.slice(0, 12).toUpperCase()]) {
      assert.deepEqual(make('succeeded', seen, { revisions: [written] }).revisions, [A]);
    }
  });

  it('gives it in full also where only an earlier deployment tells it', () => {
    const seen = application({ sync: synced(B), history: [entry(1, A), entry(2, 'aaaaaaa')] });
    assert.deepEqual(make('succeeded', seen, { revisions: ['aaaaaaa'] }).revisions, [A]);
  });

  it('gives what is live where the ending says it', () => {
    const seen = application({ sync: synced(A) });
    assert.deepEqual(make('succeeded', seen, { revisions: [C] }).revisions, [C]);
  });

  it('names the first thing that failed in the sentence of an operation that failed', () => {
    const seen = application({ operationState: ended('Failed') });
    const { message } = make('failed', seen, { causes: [cause] });
    assert.equal(message, 'The end: PreSync hook Job/migrate failed');
    const told = make('failed', seen, { causes: [cause], message: cause.title });
    assert.equal(told.message, cause.title);
  });

  it('gives the first line of why where no resource failed, once', () => {
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

  it('names it not when the operation succeeded, and only health failed', () => {
    const seen = application({ operationState: ended('Succeeded') });
    assert.equal(make('failed', seen, { causes: [cause] }).message, 'The end');
  });

  it('has concerns only when it worked', () => {
    const left = result({ status: 'PruneSkipped', message: 'ignored (requires pruning)' });
    const seen = application({ operationState: ended('Succeeded', { results: [left] }) });
    assert.equal(make('succeeded', seen).concerns.length, 1);
    assert.deepEqual(make('failed', seen).concerns, []);
  });

  it('reports the operation as it was last when it was replaced', () => {
    const begun = state({ message: 'half way' });
    const seen = application({ operationState: undefined });
    assert.equal(make('superseded', seen, { memory: { begun } }).operation?.message, 'half way');
  });
});
