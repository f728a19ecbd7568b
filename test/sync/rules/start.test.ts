import { strict as assert } from 'node:assert';
import type { Failure } from '../../../src/sync/model/failure.ts';
import { learnCommit, noHydration } from '../../../src/sync/model/hydration-memory.ts';
import {
  A,
  application,
  B,
  brief,
  ending,
  entry,
  operation,
  refreshed,
  request,
  revision,
  Run,
  start,
  syncGoal,
  synced,
  tracked,
  titles,
} from '../sample-application.ts';

const refused = (failure: Failure | undefined, reason = 'no') =>
  request({ state: 'refused', failure, times: 9, reason, operation: undefined });

describe('The start of a sync', () => {
  it('names the revision by position if the application has a list of sources, even with only one', () => {
    const list = application({ multiSource: true });
    const verdict = new Run(syncGoal({ target: revision('v1') })).see(list);
    const byPosition = [{ position: 1, revision: 'v1' }];
    const name = { kind: 'revisions', byPosition };
    assert.deepEqual(verdict.kind === 'act' && verdict.act, { kind: 'sync', name });
  });

  it('sends the request immediately, although everything is Synced and Healthy', () => {
    const verdict = new Run(syncGoal({ target: revision(B) })).see(application());
    assert.deepEqual(verdict.kind === 'act' && verdict.act, { kind: 'sync', name: revision(B) });
  });

  it('waits two seconds after a lost response, then retries', () => {
    const lost = request({ state: 'unclear', operation: undefined });
    const run = new Run(syncGoal(), { request: lost });
    const verdict = run.see(application());
    assert.equal(verdict.kind === 'wait' && verdict.at, lost.at + 2_000);
    assert.equal(brief(run.see(application(), 2_000)), 'sync');
  });

  it('never repeats a request that it saw waiting, even if the response was lost', () => {
    const run = new Run(syncGoal(), {
      request: request({ state: 'unclear', operation: undefined }),
    });
    assert.equal(brief(run.see(application({ operation: operation() }))), 'wait');
    assert.equal(brief(run.see(application(), 60_000)), 'wait');
    assert.equal(brief(run.see(application(), 60_000)), 'superseded');
  });

  const cases = [
    ['forbidden', 0, 'failed'],
    ['auto-sync', 0, 'failed'],
    ['deleting', 0, 'failed'],
    ['refused', 0, 'failed'],
    ['internal', 119_999, 'sync'],
    ['internal', 120_000, 'failed'],
    ['not-argocd', 119_999, 'sync'],
    ['not-argocd', 120_000, 'failed'],
    [undefined, 0, 'sync'],
  ] as const;
  for (const [failure, lasted, expected] of cases) {
    it(`treats the refusal "${failure}" that has lasted ${lasted} ms as ${expected}`, () => {
      const asked = { ...refused(failure), brokenSince: start, at: start + lasted };
      const verdict = new Run(syncGoal(), { request: asked }).see(application(), lasted);
      assert.equal(brief(verdict), expected);
      if (expected === 'failed') assert.equal(ending(verdict).causes[0]?.message, 'no');
    });
  }
});

describe('A refusal by Argo CD', () => {
  it('of an unknown kind is retried after an outage, however long that was', () => {
    for (const failure of ['internal', 'not-argocd'] as const) {
      const asked = { ...refused(failure), brokenSince: start, at: start + 1_000 };
      const verdict = new Run(syncGoal(), { request: asked }).see(application(), 600_000);
      assert.equal(brief(verdict), 'sync');
    }
  });

  it('by something else comes with advice about that, whatever its message', () => {
    const words =
      'this is not Argo CD\'s API: it responds with HTTP 403 (HTTP 403): "403 Forbidden"';
    const asked = { ...refused('not-argocd', words), brokenSince: start, at: start + 120_000 };
    const verdict = new Run(syncGoal(), { request: asked }).see(application(), 120_000);
    const [cause] = ending(verdict).causes;
    assert.match(cause?.title ?? '', /Something other than Argo CD/);
    assert.match(cause?.advice ?? '', /firewall.*blocks POST/);
  });

  it('comes with what to do about its message', () => {
    const words = "error resolving repo revision: unable to resolve 'x' to a commit SHA";
    const verdict = new Run(syncGoal(), { request: refused('refused', words) }).see(application());
    const [cause] = ending(verdict).causes;
    assert.match(cause?.advice ?? '', /pushed/);
    assert.equal(cause?.message, words);
  });

  it('is reported during retries if it may be temporary', () => {
    const verdict = new Run(syncGoal(), { request: refused('internal', 'odd\nwords') }).see(
      application(),
    );
    assert.equal(
      verdict.kind === 'act' && verdict.doing,
      "requesting the sync again; Argo CD's last response: odd",
    );
  });
});

describe('A revision that Argo CD cannot resolve', () => {
  const words = (name: string) =>
    `error resolving repo revision: rpc error: code = Unknown desc = unable to resolve '${name}' to a commit SHA`;

  it('is reported with what to check, and with the repository, but not its password', () => {
    const reason = words('feature/x');
    const refusal = request({ state: 'refused', failure: 'refused', reason, operation: undefined });
    const repoURL = 'https://ci:hunter2@git.example.com/shop.git';
    const sources = [{ repoURL, path: 'shop', chart: '', targetRevision: 'main' }];
    const run = new Run(syncGoal({ target: revision('feature/x') }), { request: refusal });
    const { causes } = ending(run.see(application({ sources })));
    assert.equal(causes[0]?.message, reason);
    const advice = causes[0]?.advice ?? '';
    assert.match(advice, /pushed.*full SHA.*repository/);
    assert.match(advice, /looks for it in https:\/\/git\.example\.com\/shop\.git\.$/);
    assert.doesNotMatch(advice, /below|hunter2/);
  });
});

describe('The start of a sync with auto-sync on', () => {
  const own = application({ autoSync: true });
  const goal = syncGoal({ target: revision(A) });

  it('names no revision once a refresh shows that it tracks the requested one', () => {
    const run = new Run(goal);
    const waiting = run.see(own);
    assert.equal(waiting.kind === 'wait' && waiting.ask, 'refresh');
    const verdict = run.change({ refresh: refreshed() });
    assert.deepEqual(verdict.kind === 'act' && verdict.act, {
      kind: 'sync',
      name: { kind: 'tracked' },
    });
  });

  it('names no revision for a version that its range resolves to, in any notation', () => {
    const source = { repoURL: 'charts', path: '', chart: 'web', targetRevision: '1.x' };
    const chart = { ...own, sources: [source], sync: synced('1.4.0') };
    const judge = (name: string) =>
      brief(new Run(syncGoal({ target: revision(name) }), { refresh: refreshed() }).see(chart));
    assert.deepEqual(['1.4.0', 'v1.4.0', '1.x', '1.5.0', '~1.4'].map(judge), [
      'sync',
      'sync',
      'sync',
      'failed',
      'failed',
    ]);
  });

  it('uses the last read if refreshes fail, but gives up only after a fresh one', () => {
    const refresh = { askedAt: 1, answeredAt: undefined, failures: 2 };
    assert.equal(brief(new Run(goal, { refresh }).see(own)), 'sync');
    assert.equal(brief(new Run(goal, { refresh }).see({ ...own, sync: synced(B) })), 'wait');
  });

  it('fails for another revision, with what to do', () => {
    const verdict = new Run(goal, { refresh: refreshed() }).see({ ...own, sync: synced(B) });
    assert.deepEqual(titles(verdict), [
      'The application has auto-sync on and tracks bbbbbbb, not aaaaaaa',
    ]);
  });

  it('says that a name cannot be distinguished from what it tracks, rather than that it differs', () => {
    const goal = syncGoal({ target: revision('v1.2.0') });
    const verdict = new Run(goal, { refresh: refreshed() }).see(own);
    assert.deepEqual(titles(verdict), [
      'The application has auto-sync on and tracks aaaaaaa; Argo CD does not report whether v1.2.0 is the same',
    ]);
  });

  for (const [words, outcome] of [
    ['Failed to unmarshal "a.yaml": yaml: line 3', 'failed'],
    ['dial tcp 10.0.0.1:8081: connect: connection refused', 'wait'],
  ] as const) {
    it(`shows why Argo CD could not resolve what it tracks: ${words}`, () => {
      const conditions = [{ type: 'ComparisonError', message: words }];
      const sync = { status: 'Unknown', revisions: ['main'] } as const;
      const run = new Run(goal, { refresh: refreshed() });
      const verdict = run.see({ ...own, sync, conditions });
      assert.equal(brief(verdict), outcome);
      const told = verdict.kind === 'wait' ? verdict.doing : JSON.stringify(ending(verdict).causes);
      assert.match(told, /ComparisonError/);
      assert.doesNotMatch(told, /tracks main/);
    });
  }

  it('succeeds for another revision if the history contains it and that was configured', () => {
    const included = syncGoal({ target: revision(A), whenSuperseded: 'succeedIfIncluded' });
    const later = { ...own, sync: synced(B), history: [entry(1, A), entry(2, B)] };
    assert.equal(brief(new Run(included, { refresh: refreshed() }).see(later)), 'succeeded');
    const never = { ...own, sync: synced(B), history: [entry(2, B)] };
    assert.equal(brief(new Run(included, { refresh: refreshed() }).see(never)), 'failed');
  });

  it('needs no refresh for the branch that it tracks, or for a dry run', () => {
    for (const name of ['main', 'refs/heads/main']) {
      const tagged = { ...own, tags: { [A]: [] } };
      const verdict = new Run(syncGoal({ target: revision(name) })).see(tagged);
      assert.deepEqual(verdict.kind === 'act' && verdict.act, { kind: 'sync', name: tracked });
    }
    const dry = syncGoal({ target: revision(B), options: { dryRun: true } });
    assert.equal(brief(new Run(dry).see(own)), 'sync');
  });

  for (const [name, tags, expected] of [
    ['refs/heads/main', [], 'sync'],
    ['refs/heads/main', ['main'], 'failed'],
    ['refs/tags/main', ['main'], 'sync'],
    ['refs/tags/main', ['v1'], 'failed'],
  ] as const) {
    it(`requests the tags that distinguish branch and tag: ${name}, ${tags.join() || 'none'}`, () => {
      const run = new Run(syncGoal({ target: revision(name) }), { refresh: refreshed() });
      const asking = run.see(own);
      assert.deepEqual(asking.kind === 'wait' && asking.ask, { commits: [A] });
      const commit = { date: undefined, tags, isHydrated: false };
      const hydration = learnCommit(noHydration, A, commit, run.now);
      assert.equal(brief(run.change({ hydration })), expected);
    });
  }
});
