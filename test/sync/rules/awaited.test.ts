import { strict as assert } from 'node:assert';
import type { Application } from '../../../src/sync/model/application.ts';
import {
  A,
  application,
  B,
  brief,
  C,
  comparisonError,
  ended,
  ending,
  entry,
  foreign,
  refreshed,
  resource,
  revision,
  result,
  Run,
  second,
  state,
  synced,
  tracked,
  waitGoal,
} from '../sample-application.ts';

const auto = foreign({ initiatedBy: { username: '', automated: true } });
const toB = { operation: foreign({ revisions: [B] }) };
const known = { refresh: refreshed() };

describe('A wait for a revision', () => {
  const deployed = {
    operationState: ended('Succeeded', { operation: auto }),
    reconciledAt: second(30),
  };
  const cases: readonly (readonly [string, Partial<Application>, string])[] = [
    ['an operation deployed it', deployed, 'succeeded'],
    [
      'it is not healthy yet',
      { ...deployed, health: { status: 'Progressing', message: '' } },
      'wait',
    ],
    [
      'the operation failed, although everything is Synced and Healthy',
      { operationState: ended('Failed', { operation: auto }) },
      'failed',
    ],
    [
      'only an older operation failed',
      { operationState: ended('Failed', toB), sync: synced(A, 'OutOfSync') },
      'wait',
    ],
    [
      'the history contains it, and a part was synced since',
      {
        history: [entry(1, A)],
        operationState: ended('Succeeded', {
          operation: foreign({ resources: [resource('Healthy')] }),
        }),
      },
      'succeeded',
    ],
    [
      'a dry run of it succeeded',
      {
        operationState: ended('Succeeded', { operation: foreign({ dryRun: true }) }),
        sync: synced(A, 'OutOfSync'),
      },
      'wait',
    ],
    ['the comparison finds nothing to deploy', {}, 'succeeded'],
    [
      'the comparison finds nothing to deploy, but the last operation failed',
      { operationState: ended('Failed', { ...toB, results: [result()] }) },
      'failed',
    ],
    [
      'the comparison finds nothing to deploy, and the last operation failed before it changed anything',
      { operationState: ended('Error', toB) },
      'succeeded',
    ],
    [
      'history shows it, and the last operation failed before it changed anything',
      {
        operationState: ended('Error', toB),
        history: [entry(3, A)],
        sync: synced(A, 'OutOfSync'),
      },
      'succeeded',
    ],
    [
      'an operation to it failed before it changed anything',
      { operationState: ended('Error', { operation: foreign({ revisions: [A] }) }) },
      'failed',
    ],
    [
      'the comparison finds nothing to deploy, and only a dry run failed',
      { operationState: ended('Failed', { operation: foreign({ revisions: [B], dryRun: true }) }) },
      'succeeded',
    ],
    ['Argo CD cannot compare', { conditions: [comparisonError()] }, 'failed'],
    ['something is in progress', { operation: foreign({ revisions: [B] }) }, 'wait'],
    [
      'its operation is in progress',
      { operation: auto, operationState: state({ operation: auto }) },
      'adopt',
    ],
    ['another revision is tracked and deployed', { sync: synced(B) }, 'wait'],
  ];
  for (const [what, change, expected] of cases) {
    it(`is ${expected} if ${what}`, () => {
      assert.equal(brief(new Run(waitGoal(), known).see(application(change))), expected);
    });
  }

  const source = { repoURL: 'git', path: 'shop', chart: '', targetRevision: 'main', settings: '1' };
  const origins: readonly (readonly [string, Parameters<typeof foreign>[0], boolean])[] = [
    ['the same', { sources: [source] }, true],
    ['no sources of its own', {}, true],
    ['another branch at the same commit', { sources: [{ ...source, targetRevision: 'x' }] }, true],
    ['another folder', { sources: [{ ...source, path: 'other' }] }, false],
    ['other settings', { sources: [{ ...source, settings: '2' }] }, false],
    ['one source less', { sources: [] }, false],
    ['manifests of its own', { sources: [source], isLocal: true }, false],
  ];
  for (const [what, change, counts] of origins) {
    for (const target of [tracked, revision(A), revision('main')]) {
      const asked = target.kind === 'revision' ? target.revision.slice(0, 7) : target.kind;
      it(`${counts ? 'counts' : 'does not count'} an operation from ${what} (${asked})`, () => {
        const operation = foreign(change);
        // Argo CD resolves no revision for manifests that came with the operation.
        const revisions = operation.isLocal === true ? [] : [A];
        const over = application({
          sources: [source],
          sync: synced(A, 'OutOfSync'),
          operationState: ended('Succeeded', { operation, revisions }),
          history: [entry(3, A, { revisions })],
          deployedSources: operation.sources,
          reconciledAt: second(30),
        });
        const run = new Run(waitGoal({ target }), known);
        assert.equal(brief(run.see(over)), counts ? 'succeeded' : 'wait');
        // A comparison that finds nothing to deploy is sufficient.
        assert.equal(brief(run.see({ ...over, sync: synced(A) })), 'succeeded');
        const failed = { ...over, operationState: ended('Failed', { operation, revisions }) };
        const verdict = new Run(waitGoal({ target }), known).see(failed);
        assert.equal(brief(verdict), counts ? 'failed' : 'wait');
      });
      const follows = counts && target.kind !== 'tracked';
      it(`${follows ? 'follows' : 'waits for'} a running one from ${what} (${asked})`, () => {
        const operation = foreign(change);
        const ongoing = { operation, operationState: state({ operation }) };
        const run = new Run(waitGoal({ target }), known);
        const verdict = run.see(application({ sources: [source], ...ongoing }));
        assert.equal(brief(verdict), follows ? 'adopt' : 'wait');
      });
    }
  }

  it('does not count a deployment before a change of the application, whatever came after it', () => {
    const part = foreign({ resources: [resource('Healthy')], sources: [source] });
    for (const target of [tracked, revision(A)]) {
      const see = (settings: string, sync: Application['sync']) =>
        new Run(waitGoal({ target }), known).see(
          application({
            sources: [source],
            sync,
            operationState: ended('Succeeded', { operation: part }),
            history: [entry(3, A)],
            deployedSources: [{ ...source, settings }],
            reconciledAt: second(30),
          }),
        );
      assert.equal(brief(see('1', synced(A, 'OutOfSync'))), 'succeeded');
      assert.equal(brief(see('0', synced(A, 'OutOfSync'))), 'wait');
      assert.equal(brief(see('0', synced(A))), 'succeeded');
    }
  });

  it('trusts nothing before a refresh, since a push is not noticed without one', () => {
    const verdict = new Run(waitGoal()).see(application(deployed));
    assert.equal(verdict.kind === 'wait' && verdict.ask, 'refresh');
  });

  it('counts stability from the refresh on', () => {
    const run = new Run(waitGoal({ stableFor: 5_000 }));
    run.see(application(deployed));
    run.change({}, 5_000);
    assert.equal(brief(run.change({ refresh: refreshed(run.now) })), 'wait');
    assert.equal(brief(run.see(application(deployed), 5_000)), 'succeeded');
  });

  it('requests a refresh every half minute', () => {
    const run = new Run(waitGoal(), known);
    const verdict = run.see(application({ sync: synced(B) }));
    assert.deepEqual(verdict.kind === 'wait' && [verdict.ask, verdict.at], [
      undefined,
      run.now + 30_000,
    ]);
    const later = run.see(application({ sync: synced(B) }), 30_000);
    assert.equal(later.kind === 'wait' && later.ask, 'refresh');
  });

  it('uses the current state if the operation that it followed was replaced unseen', () => {
    const { fingerprint } = auto;
    const identity = { kind: 'adopted', fingerprint, startedAt: undefined, ours: false } as const;
    const run = new Run(waitGoal({ waitFor: 'operation' }), { ...known, identity });
    assert.equal(brief(run.see(application({ operation: auto }))), 'wait');
    const heal = foreign({ ...auto, resources: [resource('Healthy')], fingerprint: 'heal' });
    assert.equal(brief(run.see(application({ operation: heal, history: [entry(1, A)] }))), 'wait');
    const after = {
      operationState: ended('Succeeded', { operation: heal }),
      history: [entry(1, A)],
    };
    assert.equal(brief(run.see(application(after))), 'succeeded');
  });

  const retried: readonly (readonly [
    'fail' | 'follow' | 'succeedIfIncluded',
    'Succeeded' | 'Failed',
    string,
    string,
  ])[] = [
    ['fail', 'Succeeded', 'wait', 'superseded'],
    ['succeedIfIncluded', 'Succeeded', 'wait', 'superseded'],
    ['follow', 'Succeeded', 'wait', 'succeeded'],
    ['fail', 'Failed', 'wait', 'wait'],
    ['succeedIfIncluded', 'Failed', 'wait', 'wait'],
  ];
  for (const [whenSuperseded, phase, first, later] of retried) {
    it(`accepts no other revision that a retry of the followed operation deployed: ${phase}, ${whenSuperseded}`, () => {
      const run = new Run(waitGoal({ whenSuperseded }), known);
      const begun = { operation: auto, operationState: state({ operation: auto }) };
      const verdict = run.see(application({ ...begun, history: [entry(1, C)] }));
      assert.ok(verdict.kind === 'act' && verdict.act.kind === 'adopt');
      run.change({ identity: verdict.act.identity });
      const change = { operation: auto, revisions: [B], retryCount: 1 };
      const going = { operation: auto, operationState: state(change) };
      assert.equal(brief(run.see(application({ ...going, sync: synced(A) }))), 'wait');
      const over = application({
        sync: synced(B),
        operationState: ended(phase, change),
        history: [entry(1, C), ...(phase === 'Succeeded' ? [entry(20, B)] : [])],
        reconciledAt: second(30),
      });
      assert.equal(brief(run.see(over)), first);
      assert.equal(brief(run.see({ ...over, reconciledAt: second(60) }, 60_000)), later);
    });
  }

  it('accepts what a retry deployed if that may be the wanted one', () => {
    const run = new Run(waitGoal({ target: revision('main') }), known);
    const begun = { operation: auto, operationState: state({ operation: auto }) };
    const verdict = run.see(application(begun));
    assert.ok(verdict.kind === 'act' && verdict.act.kind === 'adopt');
    run.change({ identity: verdict.act.identity });
    const operationState = ended('Succeeded', { operation: auto, revisions: [B], retryCount: 1 });
    const over = application({ sync: synced(B), operationState, reconciledAt: second(30) });
    assert.equal(brief(run.see(over)), 'succeeded');
  });

  const chart = {
    sources: [
      { repoURL: 'https://charts.example.com', path: '', chart: 'web', targetRevision: '1.x' },
    ],
    sync: synced('1.4.0'),
  };
  const digest = `sha256:${'d'.repeat(64)}`;
  const oci = {
    sources: [
      { repoURL: 'oci://registry.example.com/web', path: '', chart: '', targetRevision: 'v1' },
    ],
    sync: synced(digest),
  };
  const names: readonly (readonly [string, Partial<Application>, string, string])[] = [
    ['the tracked branch', {}, 'main', 'succeeded'],
    ["the tracked branch in Azure DevOps' notation", {}, 'refs/heads/main', 'wait'],
    ['the same, with the tags known', { tags: { [A]: [] } }, 'refs/heads/main', 'succeeded'],
    ['the same, with a tag of that name', { tags: { [A]: ['main'] } }, 'refs/heads/main', 'failed'],
    ["a tag with the tracked branch's name", {}, 'refs/tags/main', 'wait'],
    ['the same, on another commit', { tags: { [A]: ['v1'] } }, 'refs/tags/main', 'failed'],
    ['the same, on that commit', { tags: { [A]: ['main'] } }, 'refs/tags/main', 'succeeded'],
    ['a commit in upper case', {}, A.toUpperCase(), 'succeeded'],
    ['another branch', {}, 'other', 'failed'],
    ['a tag that is not tracked', {}, 'refs/tags/v1', 'failed'],
    ['HEAD if another name is tracked', {}, 'HEAD', 'failed'],
    ['a version', chart, 'v1.4.0', 'succeeded'],
    ['another version', chart, '1.5.0', 'wait'],
    ['the tracked range', chart, '1.x', 'succeeded'],
    ['another range', chart, '>=1 <2', 'failed'],
    ['a digest', oci, digest, 'succeeded'],
    ['the tracked OCI tag', oci, 'v1', 'succeeded'],
    ['another OCI tag', oci, 'latest', 'failed'],
  ];
  for (const [what, change, name, expected] of names) {
    it(`is ${expected} for ${what}: ${name.slice(0, 20)}`, () => {
      const run = new Run(waitGoal({ target: revision(name) }), known);
      const verdict = run.see(application(change));
      assert.equal(brief(verdict), expected);
      if (expected !== 'failed') return;
      assert.match(ending(verdict).message, /could not tell when it is live/);
    });
  }

  it('says what is live at the end', () => {
    const verdict = new Run(waitGoal(), known).see(application());
    assert.deepEqual(ending(verdict).revisions, [A]);
  });
});

describe('A wait for the tracked revision', () => {
  it('waits for the end of an operation, and accepts its result', () => {
    const run = new Run(waitGoal({ target: tracked }), known);
    const going = { operation: auto, operationState: state({ operation: auto }) };
    assert.equal(brief(run.see(application(going))), 'wait');
    const over = { operationState: ended('Failed', { operation: auto }) };
    assert.equal(brief(run.see(application(over))), 'failed');
  });

  it('waits for somebody to sync what was pushed', () => {
    const run = new Run(waitGoal({ target: tracked }), known);
    const pushed = application({ sync: synced(B, 'OutOfSync'), history: [entry(1, A)] });
    assert.match(
      JSON.stringify(run.see(pushed)),
      /auto-sync is off: waiting for somebody to sync it/,
    );
    assert.match(JSON.stringify(run.see({ ...pushed, autoSync: true })), /waiting for auto-sync/);
  });
});

describe('A wait for a revision that is no longer the last', () => {
  const replaced = application({
    sync: synced(B),
    history: [entry(1, A), entry(2, B)],
    operationState: ended('Succeeded', toB),
    reconciledAt: second(30),
  });
  const passed = { ...replaced, history: [entry(1, C), entry(2, B)], reconciledAt: second(32) };

  it('is superseded, succeeds or continues, as configured', () => {
    const judge = (whenSuperseded: 'fail' | 'succeedIfIncluded' | 'follow') =>
      brief(new Run(waitGoal({ whenSuperseded }), known).see(replaced));
    assert.deepEqual(
      [judge('fail'), judge('succeedIfIncluded'), judge('follow')],
      ['superseded', 'succeeded', 'succeeded'],
    );
  });

  it('is superseded if it was skipped, after half a minute of the other', () => {
    const first = { historyId: 1, operationStartedAt: undefined };
    const early = { ...passed, reconciledAt: second(31) };
    assert.equal(brief(new Run(waitGoal(), { ...known, first }).see(early)), 'wait');
    assert.equal(brief(new Run(waitGoal(), { ...known, first }).see(passed)), 'superseded');
  });

  it('becomes stable at the later one', () => {
    const run = new Run(waitGoal({ whenSuperseded: 'follow', stableFor: 5_000 }), known);
    assert.equal(brief(run.see(replaced)), 'wait');
    assert.equal(brief(run.see(replaced, 5_000)), 'succeeded');
  });

  it('restarts the stability period if another operation came in between', () => {
    const run = new Run(waitGoal({ target: tracked, stableFor: 5_000 }), known);
    assert.equal(brief(run.see(replaced)), 'wait');
    run.see({ ...replaced, operation: auto, operationState: state({ operation: auto }) }, 4_000);
    assert.equal(brief(run.see(replaced, 4_000)), 'wait');
  });
});
