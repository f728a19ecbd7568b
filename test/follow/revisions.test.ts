import assert from 'node:assert/strict';
import type { Source } from '../../simulators/argo-cd/application.ts';
import type { ArgoCDSimulator } from '../../simulators/argo-cd/simulator.ts';
import { defaultSpec } from '../../simulators/argo-cd/simulator.ts';
import { configMap, files, job } from '../manifests.ts';
import {
  autoSynced,
  begin,
  followOne,
  revision,
  startArgoCD,
  syncBodies,
  syncGoal,
  waitGoal,
} from './following.ts';

describe('The revision of a run, in any notation and from any source', () => {
  let argocd: ArgoCDSimulator;
  let old: string;
  let tip: string;

  beforeEach(async () => {
    argocd = await startArgoCD();
    old = argocd.commit('shop', files(configMap('a')));
    argocd.pointTag('v1.0.0', old);
    argocd.pointBranch('feature/x', old);
    tip = argocd.commit('shop', files(configMap('a', { value: 'y' })));
  });
  afterEach(() => argocd.stop());

  const { source = { repoURL: '' }, ...rest } = defaultSpec('shop');
  const charts: Source = {
    repoURL: 'https://charts.example.com',
    chart: 'web',
    targetRevision: '1.x',
  };
  const oci: Source = { repoURL: 'oci://registry.example.com/web', targetRevision: 'stable' };
  const make = (spec: object) => argocd.createApplication('shop', { spec: { ...rest, ...spec } });
  const positions = (...names: readonly string[]) => ({
    kind: 'revisions' as const,
    byPosition: names.map((name, index) => ({ position: index + 1, revision: name })),
  });

  const written = ['v1.0.0', 'refs/tags/v1.0.0', 'feature/x', 'refs/heads/feature/x'];
  for (const name of written) {
    it(`is deployed from one source and from a list of one: ${name}`, async () => {
      make({ source });
      const one = await followOne(argocd, 'shop', syncGoal({ target: revision(name) }));
      assert.deepEqual([one.outcome, one.revisions], ['succeeded', [old]], one.message);
      argocd.deleteApplication('shop');
      make({ sources: [source] });
      const list = await followOne(argocd, 'shop', syncGoal({ target: revision(name) }));
      assert.deepEqual([list.outcome, list.revisions], ['succeeded', [old]], list.message);
    });
  }

  it('is a commit, short or in upper case, from a list of one', async () => {
    const short = old.slice(0, 8);
    for (const [name, shown] of [
      [old, old],
      [short, short],
      [old.toUpperCase(), old],
    ] as const) {
      make({ sources: [source] });
      const result = await followOne(argocd, 'shop', syncGoal({ target: revision(name) }));
      // For a list, Argo CD shows the commit as written, but compares another form.
      assert.deepEqual([result.outcome, result.revisions], ['succeeded', [shown]], result.message);
      const waited = await followOne(argocd, 'shop', waitGoal({ target: revision(old) }));
      assert.equal(waited.outcome, 'succeeded', waited.message);
      argocd.deleteApplication('shop');
    }
  });

  it('is sent by position if there is a list, and never otherwise', async () => {
    make({ sources: [source] });
    await followOne(argocd, 'shop', syncGoal({ target: revision('v1.0.0') }));
    argocd.deleteApplication('shop');
    make({ source });
    await followOne(argocd, 'shop', syncGoal({ target: positions('v1.0.0') }));
    const [list = {}, one = {}] = syncBodies(argocd);
    assert.deepEqual(
      [list.revision, list.revisions, list.sourcePositions],
      [undefined, ['v1.0.0'], [1]],
    );
    assert.deepEqual([one.revision, one.revisions], ['v1.0.0', undefined]);
    assert.equal(argocd.application('shop')?.status.history?.at(-1)?.revision, old);
  });

  it('is set for each of several sources, including values by $ref', async () => {
    argocd.publish(charts, '1.2.0', files(configMap('chart')));
    argocd.publish(charts, '1.3.0', files(configMap('chart', { value: 'y' })));
    const { repoURL } = source;
    make({ sources: [charts, { repoURL, targetRevision: 'main', ref: 'values' }] });
    const goal = syncGoal({ target: positions('~1.2', 'v1.0.0') });
    const result = await followOne(argocd, 'shop', goal);
    assert.deepEqual(
      [result.outcome, result.revisions],
      ['succeeded', ['1.2.0', old]],
      result.message,
    );
  });

  it("is a chart's version or range, or the digest of an OCI tag", async () => {
    argocd.publish(charts, '1.2.0', files(configMap('chart')));
    make({ source: charts });
    for (const name of ['1.2.0', 'v1.2.0', '~1.2', '*']) {
      const result = await followOne(argocd, 'shop', syncGoal({ target: revision(name) }));
      assert.equal(result.outcome, 'succeeded', `${name}: ${result.message}`);
    }
    argocd.deleteApplication('shop');
    const digest = argocd.publish(oci, 'stable', files(configMap('oci')));
    make({ source: oci });
    for (const name of ['stable', digest]) {
      const result = await followOne(argocd, 'shop', syncGoal({ target: revision(name) }));
      assert.deepEqual([result.outcome, result.revisions], ['succeeded', [digest]], result.message);
    }
  });

  it('is no success if a retry deployed the tracked revision instead of the tag', async () => {
    const failing = job('migrate', { hook: 'PreSync', exit: 1 });
    const tagged = argocd.commit('shop', files(configMap('a'), failing));
    argocd.pointTag('v2', tagged);
    argocd.commit('shop', files(configMap('a', { value: 'z' })));
    const retry = { limit: 2, refresh: true, backoff: { duration: '1s' } };
    make({ source, syncPolicy: { ...rest.syncPolicy, retry } });
    const result = await followOne(argocd, 'shop', syncGoal({ target: revision('v2') }));
    assert.equal(result.outcome, 'superseded', result.message);
    assert.match(result.message, /was deployed, not the requested revision/);
  });

  it('is refused if the application gets a list at that very moment, and the operation is ended', async () => {
    argocd.commit('shop', files(job('migrate', { hook: 'PreSync', seconds: 300 })));
    make({ source });
    argocd.onRequest = ({ path }, stage) => {
      if (stage !== 'arrived' || !path.endsWith('/sync')) return undefined;
      argocd.patchApplication('shop', { spec: { source: null, sources: [source] } });
      return undefined;
    };
    const result = await followOne(argocd, 'shop', syncGoal({ target: revision('v1.0.0') }));
    assert.equal(result.outcome, 'failed');
    assert.match(result.message, /^Argo CD has a different operation than the one requested/);
    assert.match(result.message, /revision: asked for v1\.0\.0, stored [0-9a-f]{7}/);
    assert.match(result.message, /terminated$/);
    const ended = await argocd.until('shop', (one) => one?.operation === undefined);
    assert.notEqual(ended?.status.operationState?.phase, 'Succeeded');
  });

  it('is the branch that Azure DevOps names, if the application syncs automatically', async () => {
    argocd.createApplication('shop', { spec: autoSynced('shop') });
    for (const name of ['refs/heads/main', 'main', tip, tip.slice(0, 7)]) {
      const result = await followOne(argocd, 'shop', syncGoal({ target: revision(name) }));
      assert.equal(result.outcome, 'succeeded', `${name}: ${result.message}`);
      const waited = await followOne(argocd, 'shop', waitGoal({ target: revision(name) }));
      assert.deepEqual([waited.outcome, waited.revisions], ['succeeded', [tip]], waited.message);
    }
  });

  it('is refused if the application syncs automatically from somewhere else', async () => {
    argocd.createApplication('shop', { spec: autoSynced('shop') });
    const result = await followOne(
      argocd,
      'shop',
      syncGoal({ target: revision('refs/tags/v1.0.0') }),
    );
    assert.equal(result.outcome, 'failed');
    assert.match(
      result.message,
      /has auto-sync on and tracks [0-9a-f]{7}; Argo CD does not report whether refs\/tags\/v1\.0\.0 is the same/,
    );
    assert.deepEqual(result.revisions, []);
  });

  it('is HEAD if the application tracks no name', async () => {
    const { repoURL, path = '' } = source;
    make({ source: { repoURL, path } });
    for (const name of ['HEAD', 'main']) {
      const result = await followOne(argocd, 'shop', syncGoal({ target: revision(name) }));
      assert.deepEqual([result.outcome, result.revisions], ['succeeded', [tip]], result.message);
    }
    const waited = await followOne(argocd, 'shop', waitGoal({ target: revision('HEAD') }));
    assert.equal(waited.outcome, 'succeeded', waited.message);
  });

  it("is not live for a wait until the application's later revisions are deployed", async () => {
    const tip = argocd.commit('other', files(configMap('b')));
    make({ source });
    const synced = await followOne(argocd, 'shop', syncGoal({ target: revision(tip) }));
    assert.equal(synced.outcome, 'succeeded', synced.message);
    argocd.patchApplication('shop', { spec: { source: { path: 'other' } } });
    for (const target of [revision(tip), revision('main')]) {
      const short = { timeout: 60_000 };
      const waited = await followOne(argocd, 'shop', waitGoal({ target }), short);
      assert.equal(waited.outcome, 'timedOut', waited.message);
      assert.match(waited.message, /waiting for somebody to sync it/);
    }
    const following = begin(argocd, ['shop'], waitGoal({ target: revision(tip) }));
    await following.until((p) => p.kind === 'status' && p.message.includes('waiting for somebody'));
    argocd.syncAs('alice', 'shop');
    const [waited] = await following.done;
    assert.equal(waited?.outcome, 'succeeded', waited?.message);
    assert.deepEqual(waited.revisions, [tip]);
  });
});
