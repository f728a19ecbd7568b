import { strict as assert } from 'node:assert';
import { plainRequest } from '../../argocd/plain-request.ts';
import type { Application, Source } from '../../../src/sync/model/application.ts';
import type { SyncGoal } from '../../../src/sync/model/goal.ts';
import type { Memory } from '../../../src/sync/model/memory.ts';
import type { RequestedSync } from '../../../src/sync/model/stored-operation.ts';
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
  request,
  revision,
  rollbackGoal,
  Run,
  state,
  syncGoal,
  synced,
} from '../sample-application.ts';

const source: Source = { repoURL: 'git', path: 'shop', chart: '', targetRevision: 'main' };
const chart: Source = { ...source, path: '', chart: 'web', targetRevision: '1.x' };
const oci: Source = { ...source, repoURL: 'oci://registry.example.com/web' };
const [oneDigest, otherDigest] = ['d', 'e'].map((digit) => `sha256:${digit.repeat(64)}`);

const plain: RequestedSync = plainRequest;

interface Case {
  readonly asked: string;
  /** What Argo CD resolved it to when it accepted the request. */
  readonly taken: string;
  readonly deployed: string;
  readonly from?: Source;
  readonly autoSync?: boolean;
  readonly goal?: Partial<Omit<SyncGoal, 'options'>>;
}

/** The end of a sync whose operation succeeded. */
function judge({
  asked,
  taken,
  deployed,
  from = source,
  autoSync = false,
  goal = {},
}: Case): string {
  const seen = { sources: [from], autoSync, sync: synced(deployed) };
  const stored = operation({ revisions: [taken], sources: [from], multiSource: false });
  const sent = autoSync ? plain : { ...plain, revision: asked };
  const target = revision(asked);
  const run = new Run(syncGoal({ waitFor: 'operation', target, ...goal }), {
    request: request({ operation: stored, sent }),
  });
  const done = ended('Succeeded', { operation: stored, revisions: [deployed] });
  return brief(run.see(application({ ...seen, operationState: done })));
}

describe('A sync whose operation succeeded', () => {
  const cases: readonly (readonly [string, Case, string])[] = [
    ['its commit was deployed', { asked: A, taken: A, deployed: A }, 'succeeded'],
    ['another commit was deployed', { asked: A, taken: A, deployed: B }, 'superseded'],
    [
      'its abbreviated commit was deployed',
      { asked: 'aaaaaaa', taken: 'aaaaaaa', deployed: A },
      'succeeded',
    ],
    [
      'its branch was deployed as it was then',
      { asked: 'main', taken: A, deployed: A },
      'succeeded',
    ],
    [
      'its branch was resolved again by a retry',
      { asked: 'feature/x', taken: A, deployed: B },
      'superseded',
    ],
    ['its tag was deployed', { asked: 'v1', taken: A, deployed: A }, 'succeeded'],
    [
      'the tracked revision was deployed by a retry, not its tag',
      { asked: 'v1', taken: A, deployed: B },
      'superseded',
    ],
    ['its tag looks like a commit', { asked: '20261121', taken: A, deployed: A }, 'succeeded'],
    [
      'its branch looks like a commit, and moved',
      { asked: 'deadbeef', taken: A, deployed: B },
      'superseded',
    ],
    [
      'its version was deployed',
      { asked: 'v1.2.0', taken: 'v1.2.0', deployed: '1.2.0', from: chart },
      'succeeded',
    ],
    [
      'another version was deployed',
      { asked: '1.2.0', taken: '1.2.0', deployed: '1.3.0', from: chart },
      'superseded',
    ],
    [
      'its range was deployed',
      { asked: '~1.2', taken: '1.2.7', deployed: '1.2.7', from: chart },
      'succeeded',
    ],
    [
      'a newer version of its range was deployed',
      { asked: '~1.2', taken: '1.2.7', deployed: '1.2.8', from: chart },
      'superseded',
    ],
    [
      'its OCI tag was deployed',
      { asked: 'stable', taken: oneDigest ?? '', deployed: oneDigest ?? '', from: oci },
      'succeeded',
    ],
    [
      'its OCI tag moved',
      { asked: 'stable', taken: oneDigest ?? '', deployed: otherDigest ?? '', from: oci },
      'superseded',
    ],
    [
      'it syncs automatically, and the tracked commit was deployed',
      { asked: A, taken: A, deployed: A, autoSync: true },
      'succeeded',
    ],
    [
      'it syncs automatically, and a later push was deployed',
      { asked: A, taken: B, deployed: B, autoSync: true },
      'superseded',
    ],
    [
      'it syncs automatically, and a later push than the abbreviated commit was deployed',
      { asked: 'aaaaaaa', taken: B, deployed: B, autoSync: true },
      'superseded',
    ],
    [
      'it syncs automatically, and its branch was deployed',
      { asked: 'refs/heads/main', taken: A, deployed: A, autoSync: true },
      'succeeded',
    ],
    [
      'a later one may be followed',
      { asked: 'v1', taken: A, deployed: B, goal: { whenSuperseded: 'follow' } },
      'succeeded',
    ],
  ];
  for (const [what, one, expected] of cases) {
    it(`is ${expected} if ${what}`, () => {
      assert.equal(judge(one), expected);
    });
  }

  it('accepts what a retry with refresh resolved again if no revision was named', () => {
    const stored = operation({ revisions: [A] });
    const run = new Run(syncGoal({ waitFor: 'operation' }), {
      request: request({ operation: stored, sent: plain }),
    });
    const anew = ended('Succeeded', {
      operation: operation({ revisions: [] }),
      revisions: [B],
      retryCount: 1,
    });
    assert.equal(brief(run.see(application({ operationState: anew }))), 'succeeded');
  });
});

describe('An operation that Argo CD stored differently than requested', () => {
  const sent = { ...plain, revision: 'v1' };
  const list = operation({ sources: [source], multiSource: true });
  const memory: Partial<Memory> = { request: request({ operation: list, sent }) };
  const judgeSeen = (seen: Partial<Application>, change: Partial<Memory> = memory) =>
    ending(new Run(syncGoal({ target: revision('v1') }), change).see(application(seen)));

  it('fails before it can count, and is ended', () => {
    const { outcome, message, endsOperation, causes } = judgeSeen({ operation: list });
    assert.equal(outcome, 'failed');
    assert.match(
      message,
      /a different operation than the one requested \(revision: asked for v1, stored aaaaaaa\)$/,
    );
    assert.equal(endsOperation, true);
    assert.match(causes[0]?.advice ?? '', /admission webhook/);
  });

  it('fails even if it has succeeded, which is reported', () => {
    const { outcome, message, endsOperation } = judgeSeen({
      operationState: ended('Succeeded', { operation: list }),
    });
    assert.equal(outcome, 'failed');
    assert.match(message, /it had already ended as Succeeded$/);
    assert.equal(endsOperation, false);
  });

  it('fails even if there was no response, and it is first seen running', () => {
    const unclear = request({ state: 'unclear', operation: undefined, sent });
    const seen = { operation: list, operationState: state({ operation: list }) };
    assert.equal(judgeSeen(seen, { request: unclear }).outcome, 'failed');
  });

  it('fails even if it was changed after it had been stored correctly', () => {
    const stored = operation({ sources: [source], multiSource: false, prune: false });
    const run = new Run(syncGoal({ target: revision('v1') }), {
      request: request({ operation: stored, sent }),
    });
    assert.equal(brief(run.see(application({ operation: stored }))), 'wait');
    const changed = operation({ ...stored, prune: true, fingerprint: 'changed' });
    const seen = application({ operation: changed, operationState: state({ operation: changed }) });
    assert.match(ending(run.see(seen)).message, /prune: asked for false, stored true/);
  });

  describe('in what the request left to the application', () => {
    const before = application({ syncOptions: ['A=b'], sources: [source] });
    const own = { syncOptions: before.syncOptions, retry: before.retry, sources: [source] };
    const see = (syncOptions: readonly string[], seen: Partial<Application> = {}) => {
      const stored = operation({ sources: [source], multiSource: false, syncOptions });
      const run = new Run(syncGoal(), {
        request: request({ operation: stored, sent: plain, own }),
      });
      return { run, verdict: run.see({ ...before, ...seen, operation: stored }) };
    };

    it('fails if that differs from the application', () => {
      assert.equal(brief(see(['A=b']).verdict), 'wait');
      assert.match(ending(see([]).verdict).message, /own \(A=b\), stored none/);
    });

    it('continues if the application was changed at that very moment', () => {
      assert.equal(brief(see(['C=d'], { syncOptions: ['C=d'] }).verdict), 'wait');
    });

    it('continues if the application is changed later, and fails if the operation is', () => {
      const { run } = see(['C=d'], { syncOptions: ['C=d'] });
      const later = (syncOptions: readonly string[]) => {
        const begun = operation({ sources: [source], multiSource: false, syncOptions });
        return { ...before, operation: begun, operationState: state({ operation: begun }) };
      };
      assert.equal(brief(run.see(later(['C=d']))), 'wait');
      assert.match(ending(run.see(later(['E=f']))).message, /syncOptions/);
    });

    it('is not checked if an older version of this program stored the request', () => {
      const stored = operation({ syncOptions: [] });
      const run = new Run(syncGoal(), { request: request({ operation: stored, sent: plain }) });
      assert.equal(brief(run.see({ ...before, operation: stored })), 'wait');
    });
  });

  it('is not checked if it was joined, or for what an older version of this program stored', () => {
    const older = { request: request({ operation: list }) };
    assert.equal(
      brief(
        new Run(syncGoal({ target: revision('v1') }), older).see(application({ operation: list })),
      ),
      'wait',
    );
    const adopted = {
      kind: 'adopted',
      fingerprint: list.fingerprint,
      startedAt: undefined,
      ours: false,
    } as const;
    const joined = { request: undefined, identity: adopted };
    const other = { ...foreign(), fingerprint: list.fingerprint };
    assert.equal(
      brief(
        new Run(syncGoal({ target: revision('v1') }), joined).see(
          application({ operation: other }),
        ),
      ),
      'wait',
    );
  });

  it('is not checked while a retry with refresh has emptied the revisions', () => {
    const stored = operation({ sources: [source], multiSource: false });
    const run = new Run(syncGoal({ target: revision('v1') }), {
      request: request({ operation: stored, sent }),
    });
    const emptied = operation({ ...stored, revisions: [], fingerprint: 'emptied' });
    const seen = {
      operation: stored,
      operationState: state({ operation: emptied, retryCount: 1, revisions: [] }),
    };
    assert.equal(brief(run.see(application(seen))), 'wait');
  });

  it('is detected for a rollback as well', () => {
    const stored = operation({ revisions: [A], info: [], strategy: 'apply' });
    const identity = {
      kind: 'adopted',
      fingerprint: stored.fingerprint,
      startedAt: undefined,
      ours: true,
    } as const;
    const run = new Run(rollbackGoal(), {
      identity,
      returnTo: entry(1, B),
      request: request({ operation: stored }),
    });
    assert.match(
      ending(run.see(application({ operation: stored }))).message,
      /revision: asked for bbbbbbb, stored aaaaaaa/,
    );
  });
});
