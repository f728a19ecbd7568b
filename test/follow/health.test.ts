import assert from 'node:assert/strict';
import type { ArgoCDSimulator } from '../../simulators/argo-cd/simulator.ts';
import { configMap, deployment, files, job } from '../manifests.ts';
import {
  autoSynced,
  begin,
  followOne,
  revision,
  startArgoCD,
  syncGoal,
  waitGoal,
} from './following.ts';

/** A resource whose custom check returns what the test wants. */
const checked = (name: string, health: string) =>
  configMap(name).replace('annotations: {', `annotations: { lab/health: "${health}",`);

describe('Following to health, and waiting for what others deploy', () => {
  let argocd: ArgoCDSimulator;

  beforeEach(async () => {
    argocd = await startArgoCD();
  });
  afterEach(() => argocd.stop());

  const push = (...documents: readonly string[]) => argocd.commit('shop', files(...documents));
  const make = (...documents: readonly string[]) => {
    const sha = push(...documents);
    argocd.createApplication('shop');
    return sha;
  };
  const makeAuto = async (...documents: readonly string[]) => {
    const sha = push(...documents);
    argocd.createApplication('shop', { spec: autoSynced('shop') });
    await argocd.until('shop', (app) => app?.status.history?.length === 1);
    return sha;
  };
  const setHealth = (name: string, health: string) =>
    argocd.patchObject(
      { kind: 'ConfigMap', namespace: 'ns-shop', name },
      { metadata: { annotations: { 'lab/health': health } } },
    );

  it('counts a paused rollout as done, if told to', async () => {
    make(checked('rollout', 'Suspended paused at 20 %'));
    const result = await followOne(argocd, 'shop', syncGoal({ acceptSuspended: true }));
    assert.equal(result.outcome, 'succeeded', result.message);
    assert.match(result.message, /Suspended, paused as accepted/);
  });

  it('otherwise waits until somebody resumes it', async () => {
    make(checked('rollout', 'Suspended paused at 20 %'));
    const following = begin(argocd, ['shop'], syncGoal());
    await following.until((p) => p.kind === 'status' && p.message.includes('to resume it'));
    setHealth('rollout', 'Healthy');
    const [result] = await following.done;
    assert.equal(result?.outcome, 'succeeded', result?.message);
  });

  it('says what it waited for if nobody does', async () => {
    make(checked('rollout', 'Suspended paused at 20 %'));
    const result = await followOne(argocd, 'shop', syncGoal(), { timeout: 10_000 });
    assert.equal(result.outcome, 'timedOut');
    assert.match(result.message, /paused, waiting for somebody to resume it/);
  });

  it('restarts the stability period if health did not last', async () => {
    make(checked('web', 'Healthy'));
    const before = argocd.now;
    const following = begin(argocd, ['shop'], syncGoal({ stableFor: 20_000 }));
    await following.until(
      (p) => p.kind === 'status' && p.message.includes('must stay so for 20 s'),
    );
    await argocd.sleep(5_000);
    setHealth('web', 'Progressing');
    await following.until((p) => p.kind === 'status' && p.message.startsWith('Progressing'));
    setHealth('web', 'Healthy');
    const since = argocd.now;
    const [result] = await following.done;
    assert.equal(result?.outcome, 'succeeded', result?.message);
    assert.ok(argocd.now - since >= 19_000, `${argocd.now - since} ms`);
    assert.ok(argocd.now - before >= 25_000);
  });

  it('fails if health does not last and ends as Degraded', async () => {
    make(checked('web', 'Healthy'));
    const following = begin(argocd, ['shop'], syncGoal({ stableFor: 60_000 }));
    await following.until((p) => p.kind === 'status' && p.message.includes('must stay so'));
    setHealth('web', 'Degraded crash loop');
    const [result] = await following.done;
    assert.equal(result?.outcome, 'failed');
    assert.match(result.causes[0]?.message ?? '', /crash loop/);
  });

  it('waits until the expected image runs, which somebody else will deploy', async () => {
    make(deployment('web', { tag: '1.27' }));
    const goal = syncGoal({ expectImages: ['nginx:1.28'] });
    const following = begin(argocd, ['shop'], goal);
    await following.until((p) => p.kind === 'status' && p.message.includes('nginx:1.28'));
    push(deployment('web', { tag: '1.28' }));
    argocd.syncAs('updater', 'shop');
    const [result] = await following.done;
    assert.equal(result?.outcome, 'succeeded', result?.message);
    assert.deepEqual(result.images, ['nginx:1.28']);
  });

  it('is done if the expected image already runs', async () => {
    make(deployment('web', { tag: '1.27' }));
    const goal = syncGoal({ expectImages: ['nginx:1.27'] });
    const result = await followOne(argocd, 'shop', goal);
    assert.equal(result.outcome, 'succeeded', result.message);
  });

  it('says at the deadline which image was missing', async () => {
    make(deployment('web', { tag: '1.27' }));
    const goal = syncGoal({ expectImages: ['nginx:9'] });
    const result = await followOne(argocd, 'shop', goal, { timeout: 15_000 });
    assert.equal(result.outcome, 'timedOut');
    assert.match(result.message, /waiting for image nginx:9/);
  });

  describe('when the awaited revision was deployed and replaced', () => {
    const replaced = async () => {
      await makeAuto(configMap('a'));
      const wanted = push(configMap('a', { value: 'y' }));
      argocd.deliverPush();
      await argocd.until('shop', (app) => app?.status.history?.length === 2);
      const newer = push(configMap('a', { value: 'z' }));
      argocd.deliverPush();
      await argocd.until('shop', (app) => app?.status.history?.length === 3);
      return { wanted, newer };
    };

    it('is superseded, and says by what', async () => {
      const { wanted, newer } = await replaced();
      const result = await followOne(argocd, 'shop', waitGoal({ target: revision(wanted) }));
      assert.equal(result.outcome, 'superseded', result.message);
      assert.ok(result.message.includes(newer.slice(0, 7)), result.message);
    });

    it('succeeds if inclusion is enough, with the proof', async () => {
      const { wanted } = await replaced();
      const target = revision(wanted);
      const goal = waitGoal({ target, whenSuperseded: 'succeedIfIncluded' });
      const result = await followOne(argocd, 'shop', goal);
      assert.equal(result.outcome, 'succeeded', result.message);
      assert.match(result.evidence, /history entry \d+ shows that it was deployed/);
    });

    it('follows the newer one if told to', async () => {
      const { wanted } = await replaced();
      const goal = waitGoal({ target: revision(wanted), whenSuperseded: 'follow' });
      const result = await followOne(argocd, 'shop', goal);
      assert.equal(result.outcome, 'succeeded', result.message);
    });

    it('fails with the newer one if told to follow it', async () => {
      const { wanted } = await replaced();
      push(configMap('a', { value: 'q' }), job('smoke', { hook: 'PostSync', exit: 1 }));
      argocd.deliverPush();
      await argocd.until('shop', (app) => app?.status.operationState?.phase === 'Failed');
      const goal = waitGoal({ target: revision(wanted), whenSuperseded: 'follow' });
      const result = await followOne(argocd, 'shop', goal);
      assert.equal(result.outcome, 'failed', result.message);
    });
  });

  it('waits for somebody who syncs an application without auto-sync', async () => {
    make(configMap('a'));
    await followOne(argocd, 'shop', syncGoal());
    const pushed = push(configMap('a', { value: 'y' }));
    const following = begin(argocd, ['shop'], waitGoal({ target: revision(pushed) }));
    await following.until((p) => p.kind === 'status' && p.message.includes('auto-sync is off'));
    argocd.syncAs('alice', 'shop');
    const [result] = await following.done;
    assert.equal(result?.outcome, 'succeeded', result?.message);
    assert.equal(result.operation?.ours, false);
  });

  it('does not count an older failed operation while a push has yet to be seen', async () => {
    make(job('smoke', { hook: 'PostSync', exit: 1 }), configMap('a'));
    await followOne(argocd, 'shop', syncGoal());
    const pushed = push(configMap('a', { value: 'y' }));
    const following = begin(argocd, ['shop'], waitGoal({ target: revision(pushed) }));
    await following.until((p) => p.kind === 'status' && p.message.includes('waiting for somebody'));
    argocd.syncAs('alice', 'shop');
    const [result] = await following.done;
    assert.equal(result?.outcome, 'succeeded', result?.message);
  });
});
