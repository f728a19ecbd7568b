import assert from 'node:assert/strict';
import type { ArgoCDSimulator } from '../../simulators/argo-cd/simulator.ts';
import { childApplication, configMap, deployment, files } from '../manifests.ts';
import { begin, followOne, startArgoCD, syncGoal, waitGoal } from './following.ts';

/** A child that nobody syncs automatically. */
const idleChild = (name: string) =>
  childApplication(name).replace('automated: { prune: true }, ', '');

describe('An app of apps with its children', () => {
  let argocd: ArgoCDSimulator;

  beforeEach(async () => {
    argocd = await startArgoCD();
  });
  afterEach(() => argocd.stop());

  const goal = syncGoal({ includeChildren: true });
  const makeRoot = (...documents: readonly string[]) => {
    argocd.commit('root', files(...documents));
    argocd.createApplication('root');
  };
  const makeChild = (name: string, ...documents: readonly string[]) =>
    argocd.commit(name, files(...documents));
  const follow = () => followOne(argocd, 'root', goal);

  it('is done when a child that was Progressing is Healthy', async () => {
    makeChild('shop', deployment('web', { seconds: 20 }));
    makeRoot(childApplication('shop'));
    const result = await follow();
    assert.equal(result.outcome, 'succeeded', result.message);
    assert.deepEqual(
      result.children.map(({ name, namespace, ready, syncStatus, health, why }) => ({
        name,
        namespace,
        ready,
        syncStatus,
        health: health.status,
        why,
      })),
      [
        {
          name: 'shop',
          namespace: 'argocd',
          ready: true,
          syncStatus: 'Synced',
          health: 'Healthy',
          why: '',
        },
      ],
    );
    assert.equal(
      argocd.object({
        kind: 'Deployment',
        group: 'apps',
        namespace: 'ns-shop',
        name: 'web',
      })?.status?.availableReplicas,
      1,
    );
  });

  it('never syncs a child itself', async () => {
    makeChild('shop', configMap('a'));
    makeRoot(childApplication('shop'));
    await follow();
    const synced = argocd.requests.filter(({ method }) => method === 'POST');
    assert.deepEqual(
      synced.map(({ path }) => path),
      ['/api/v1/applications/root/sync'],
    );
  });

  it('fails with a failed child and its reason, and still reports the other children', async () => {
    makeChild('bad', deployment('web', { ready: false, deadline: 3 }));
    makeChild('good', configMap('a'));
    makeRoot(childApplication('bad'), childApplication('good'));
    const result = await follow();
    assert.equal(result.outcome, 'failed');
    assert.match(result.message, /but not its child application argocd\/bad/);
    assert.match(result.causes[0]?.title ?? '', /Child application argocd\/bad: .*Degraded/);
    assert.deepEqual(
      result.children.map(({ name, ready }) => [name, ready]),
      [
        ['bad', false],
        ['good', true],
      ],
    );
  });

  it('waits until the deadline for a child that is OutOfSync and does not sync automatically', async () => {
    makeChild('shop', configMap('a'));
    makeRoot(idleChild('shop'));
    const result = await followOne(argocd, 'root', goal, { timeout: 20_000 });
    assert.equal(result.outcome, 'timedOut');
    assert.match(
      result.causes[0]?.title ?? '',
      /auto-sync is off: waiting for somebody to sync it/,
    );
  });

  it('continues when somebody syncs such a child', async () => {
    makeChild('shop', configMap('a'));
    makeRoot(idleChild('shop'));
    const following = begin(argocd, ['root'], goal);
    await following.until((p) => p.kind === 'status' && p.message.includes('waiting for somebody'));
    argocd.syncAs('alice', 'shop');
    const [result] = await following.done;
    assert.equal(result?.outcome, 'succeeded', result?.message);
  });

  it('follows the children of children', async () => {
    makeChild('leaf', deployment('web', { ready: false, deadline: 3 }));
    makeChild('branch', childApplication('leaf'));
    makeRoot(childApplication('branch'));
    const result = await follow();
    assert.equal(result.outcome, 'failed');
    assert.deepEqual(
      result.children.map(({ name, ready }) => [name, ready]),
      [
        ['branch', false],
        ['leaf', false],
      ],
    );
    assert.match(result.causes.map(({ title }) => title).join('\n'), /argocd\/leaf: .*Degraded/);
  });

  it('waits for a child that is listed but not yet created', async () => {
    makeChild('shop', configMap('a'));
    makeRoot(childApplication('shop'));
    await followOne(argocd, 'root', syncGoal());
    const spec = argocd.application('shop')?.spec;
    assert.ok(spec);
    argocd.deleteApplication('shop');
    const following = begin(argocd, ['root'], waitGoal({ includeChildren: true }));
    await following.until((p) => p.kind === 'status' && p.message.includes('"shop"'));
    argocd.createApplication('shop', { spec });
    const [result] = await following.done;
    assert.equal(result?.outcome, 'succeeded', result?.message);
    assert.equal(result.children[0]?.ready, true);
  });

  it('is not trapped in a cycle of applications that manage each other', async () => {
    makeChild('shop', childApplication('root'), configMap('a'));
    makeRoot(childApplication('shop'));
    const result = await follow();
    assert.equal(result.outcome, 'succeeded', result.message);
    assert.deepEqual(
      result.children.map(({ name }) => name),
      ['shop'],
    );
  });

  it('has one stream for all of them', async () => {
    for (const name of ['one', 'two', 'three']) makeChild(name, configMap('a'));
    makeRoot(...['one', 'two', 'three'].map(childApplication));
    assert.equal((await follow()).children.length, 3);
    assert.equal(argocd.requests.filter(({ path }) => path.includes('/stream/')).length, 1);
  });

  it('looks at no child if the parent failed or nothing changed', async () => {
    makeChild('shop', configMap('a'));
    makeRoot(childApplication('shop'));
    const dry = syncGoal({ includeChildren: true }, { dryRun: true });
    assert.deepEqual((await followOne(argocd, 'root', dry)).children, []);
  });
});
