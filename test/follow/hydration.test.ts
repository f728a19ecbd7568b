import assert from 'node:assert/strict';
import { configMap } from '../manifests.ts';
import type { ArgoCDSimulator } from '../../simulators/argo-cd/simulator.ts';
import { hydratedSpec } from '../../simulators/argo-cd/simulator.ts';
import {
  begin,
  followOne,
  revision,
  startArgoCD,
  syncGoal,
  timeOf,
  waitGoal,
} from './following.ts';

const name = 'shop';

describe('Following a hydrated application', () => {
  let argocd: ArgoCDSimulator;

  beforeEach(async () => {
    argocd = await startArgoCD();
  });

  afterEach(() => argocd.stop());

  function push(value: string, folder = name): string {
    return argocd.commit(folder, { 'a.yaml': configMap('a', { value }) });
  }

  const live = () =>
    argocd.object({ kind: 'ConfigMap', namespace: `ns-${name}`, name: 'a' })?.data as
      { readonly value: string } | undefined;
  const pass = (milliseconds: number) =>
    timeOf(argocd).sleep(milliseconds, new AbortController().signal);

  /** An application whose first commit is live. */
  async function deployed(automated = false, hydrateTo?: string): Promise<string> {
    const first = push('one');
    const spec = hydratedSpec(name, hydrateTo);
    const syncPolicy = { ...spec.syncPolicy, ...(automated ? { automated: {} } : {}) };
    argocd.createApplication(name, { spec: { ...spec, syncPolicy } });
    if (hydrateTo !== undefined) return first;
    const { outcome, message } = await followOne(argocd, name, syncGoal());
    assert.equal(outcome, 'succeeded', message);
    assert.equal(live()?.value, 'one');
    return first;
  }

  it('waits for its first hydration', async () => {
    const dry = await deployed();
    const result = await followOne(argocd, name, syncGoal());
    assert.equal(result.drySourceRevision, dry);
    assert.match(result.drySourceRepository ?? '', /^https:/);
  });

  for (const automated of [false, true]) {
    for (const action of [syncGoal, waitGoal]) {
      if (action === waitGoal && !automated) continue;
      const what = `${action().action}${automated ? ' with auto-sync' : ''}`;

      it(`deploys what was just pushed: ${what}`, async () => {
        await deployed(automated);
        const dry = push('two');
        const result = await followOne(argocd, name, action());
        assert.deepEqual([result.outcome, live()?.value], ['succeeded', 'two'], result.message);
        assert.equal(result.drySourceRevision, dry);
        assert.notEqual(result.revisions[0], dry);
      });

      it(`deploys the requested dry commit: ${what}`, async () => {
        await deployed(automated);
        const dry = push('two');
        const result = await followOne(argocd, name, action({ target: revision(dry) }));
        assert.deepEqual([result.outcome, live()?.value], ['succeeded', 'two'], result.message);
        assert.equal(result.drySourceRevision, dry);
      });
    }
  }

  it('does not conclude from a refresh that Argo CD lost that nothing was found', async () => {
    await deployed();
    const dry = push('two');
    let lost = 0;
    // A comparison that started earlier ends: its merge patch removes all annotations.
    argocd.watch(({ application: { metadata } }) => {
      if (metadata.annotations?.['argocd.argoproj.io/hydrate'] !== 'normal') return;
      lost += 1;
      argocd.patchApplication(name, { metadata: { annotations: null } });
    });
    const result = await followOne(argocd, name, syncGoal());
    assert.deepEqual([result.outcome, live()?.value], ['succeeded', 'two'], result.message);
    assert.equal(result.drySourceRevision, dry);
    assert.ok(lost > 0);
  });

  it('counts a commit that changed nothing as deployed', async () => {
    await deployed();
    const dry = push('other', 'elsewhere');
    const result = await followOne(argocd, name, syncGoal({ target: revision(dry) }));
    assert.deepEqual([result.outcome, live()?.value], ['succeeded', 'one'], result.message);
    assert.equal(result.drySourceRevision, dry);
  });

  it('deploys a skipped commit with the newer one, and says so', async () => {
    await deployed();
    await pass(2_000);
    const passedOver = push('two');
    await pass(1_000);
    const newest = push('three');
    const result = await followOne(argocd, name, syncGoal({ target: revision(passedOver) }));
    assert.deepEqual([result.outcome, live()?.value], ['succeeded', 'three'], result.message);
    assert.equal(result.drySourceRevision, newest);
    assert.match(result.concerns[0]?.title ?? '', /was hydrated with a newer one/);
  });

  it('never deploys a commit of another branch', async () => {
    await deployed();
    await pass(2_000);
    const sha = argocd.commit(name, { 'a.yaml': configMap('a', { value: 'x' }) }, 'feature');
    const goal = syncGoal({ target: revision(sha) });
    const result = await followOne(argocd, name, goal, { timeout: 40_000 });
    assert.deepEqual([result.outcome, live()?.value], ['timedOut', 'one'], result.message);
  });

  it('fails with the message of a failed hydration, and continues once it is fixed', async () => {
    await deployed();
    argocd.commit(name, { 'a.yaml': 'kind: ConfigMap\nmetadata: { name: x\n' });
    const result = await followOne(argocd, name, syncGoal());
    assert.equal(result.outcome, 'failed');
    assert.match(result.causes[0]?.message ?? '', /^Failed to hydrate: .*yaml/);
    assert.equal(live()?.value, 'one');
    const dry = push('two');
    const mended = await followOne(argocd, name, syncGoal({ target: revision(dry) }));
    assert.deepEqual([mended.outcome, live()?.value], ['succeeded', 'two'], mended.message);
  });

  it('waits for the promotion, and never deploys beyond it', async () => {
    const dry = await deployed(false, 'env/next');
    const following = begin(argocd, [name], syncGoal({ target: revision(dry) }));
    await following.until(
      (one) => one.kind === 'status' && one.message.includes('waiting for somebody to promote'),
    );
    assert.equal(live(), undefined);
    const staged = argocd.application(name)?.status.sourceHydrator.lastSuccessfulOperation;
    argocd.pointBranch(`env/${name}`, staged?.hydratedSHA ?? '');
    const [result] = await following.done;
    assert.deepEqual([result?.outcome, live()?.value], ['succeeded', 'one'], result?.message);
  });

  it('still accepts a hydrated commit, and rolls back to it', async () => {
    await deployed();
    const before = argocd.application(name)?.status.sync.revision ?? '';
    push('two');
    await followOne(argocd, name, syncGoal());
    assert.equal(live()?.value, 'two');
    const result = await followOne(argocd, name, syncGoal({ target: revision(before) }));
    assert.deepEqual([result.outcome, live()?.value], ['succeeded', 'one'], result.message);
  });
});
