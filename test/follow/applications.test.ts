import assert from 'node:assert/strict';
import type { ArgoCDSimulator } from '../../simulators/argo-cd/simulator.ts';
import { defaultSpec } from '../../simulators/argo-cd/simulator.ts';
import { configMap, files, job } from '../manifests.ts';
import { begin, followOne, startArgoCD, syncGoal } from './following.ts';

describe('The applications of a run', () => {
  let argocd: ArgoCDSimulator;

  beforeEach(async () => {
    argocd = await startArgoCD({ applicationNamespaces: ['team'] });
  });
  afterEach(() => argocd.stop());

  const make = (name: string, labels: Readonly<Record<string, string>> = {}) => {
    argocd.commit(name, files(configMap('a')));
    argocd.createApplication(name, { metadata: { labels } });
  };
  const bySelector = (goal = syncGoal(), change = {}) =>
    begin(argocd, [], goal, { subject: { selector: 'team=shop' }, ...change });

  it('are those that a selector finds, in the order of their names', async () => {
    make('two', { team: 'shop' });
    make('one', { team: 'shop' });
    make('other', { team: 'bank' });
    const results = await bySelector().done;
    assert.deepEqual(
      results.map(({ name, outcome }) => [name, outcome]),
      [
        ['one', 'succeeded'],
        ['two', 'succeeded'],
      ],
    );
    assert.equal(argocd.application('other')?.status.history, undefined);
  });

  it('are refused if a selector finds none', async () => {
    make('other', { team: 'bank' });
    await assert.rejects(bySelector().done, /matches selector "team=shop" in project "default"/);
  });

  it('are waited for until a selector finds one, if told to', async () => {
    const following = bySelector(syncGoal({ ifMissing: 'wait' }));
    await argocd.sleep(5_000);
    make('one', { team: 'shop' });
    const results = await following.done;
    assert.deepEqual(
      results.map(({ outcome }) => outcome),
      ['succeeded'],
    );
  });

  it('are waited for until the deadline, and no longer', async () => {
    const before = argocd.now;
    const following = bySelector(syncGoal({ ifMissing: 'wait' }), { timeout: 20_000 });
    await assert.rejects(following.done, /No application/);
    assert.ok(argocd.now - before < 25_000);
  });

  it('are waited for by name until the deadline, with a message that they never appeared', async () => {
    const before = argocd.now;
    const goal = syncGoal({ ifMissing: 'wait' });
    const result = await followOne(argocd, 'shop', goal, { timeout: 20_000 });
    assert.equal(result.outcome, 'timedOut');
    assert.match(result.message, /no application "shop" in project "default"/);
    assert.ok(argocd.now - before < 25_000);
  });

  it('are distinguished from applications of the same name in other namespaces', async () => {
    argocd.commit('shop', files(configMap('a')));
    argocd.createApplication('shop');
    argocd.commit('twin', files(job('smoke', { hook: 'PostSync', exit: 1 }), configMap('a')));
    argocd.createApplication('shop', {
      spec: defaultSpec('twin'),
      metadata: { namespace: 'team' },
    });
    const results = await begin(argocd, ['shop', 'team/shop'], syncGoal()).done;
    assert.deepEqual(
      results.map(({ namespace, outcome }) => [namespace, outcome]),
      [
        [undefined, 'succeeded'],
        ['team', 'failed'],
      ],
    );
  });

  it('have at most ten operations at a time', async () => {
    const names = Array.from({ length: 24 }, (_, index) => `app-${String(index).padStart(2, '0')}`);
    for (const name of names) {
      argocd.commit(name, files(job('slow', { hook: 'PreSync', seconds: 15 }), configMap('a')));
      argocd.createApplication(name);
    }
    let most = 0;
    const stop = argocd.watch(() => {
      const open = names.filter((name) => argocd.application(name)?.operation !== undefined);
      most = Math.max(most, open.length);
    });
    const results = await begin(argocd, names, syncGoal({ waitFor: 'operation' })).done;
    stop();
    assert.deepEqual(
      results.map(({ name, outcome }) => `${name} ${outcome}`),
      names.map((name) => `${name} succeeded`),
    );
    assert.equal(most, 10);
    assert.equal(argocd.requests.filter(({ path }) => path.includes('/stream/')).length, 1);
  });
});
