import assert from 'node:assert/strict';
import type { ArgoCDSimulator } from '../../simulators/argo-cd/simulator.ts';
import { configMap, files, job } from '../manifests.ts';
import {
  autoSynced,
  begin,
  followOne,
  startArgoCD,
  syncGoal,
  terminateGoal,
  untilAsked,
} from './following.ts';

describe('Operations that are ended early', () => {
  let argocd: ArgoCDSimulator;

  beforeEach(async () => {
    argocd = await startArgoCD();
    argocd.commit('shop', files(job('stuck', { hook: 'PreSync', forever: true }), configMap('a')));
    argocd.createApplication('shop');
  });
  afterEach(() => argocd.stop());

  const deletes = () => argocd.requests.filter(({ method }) => method === 'DELETE').length;
  const sent = () => untilAsked(argocd, ({ method }) => method === 'POST');

  it('are terminated again if the controller had not started them at the first request', async () => {
    argocd.behavior.pickUp = 5_000;
    argocd.syncAs('alice', 'shop');
    const result = await followOne(argocd, 'shop', terminateGoal());
    assert.equal(result.outcome, 'succeeded', result.message);
    assert.ok(deletes() > 1, `${deletes()} requests`);
    assert.equal(argocd.application('shop')?.status.operationState?.phase, 'Failed');
  });

  it('are terminated again for whenBusy: terminate, followed by the sync', async () => {
    argocd.behavior.pickUp = 3_000;
    argocd.syncAs('alice', 'shop');
    argocd.commit('shop', files(configMap('a')));
    const result = await followOne(argocd, 'shop', syncGoal({ whenBusy: 'terminate' }));
    assert.equal(result.outcome, 'succeeded', result.message);
    assert.equal(result.operation?.ours, true);
    assert.ok(deletes() > 1, `${deletes()} requests`);
  });

  it('are terminated at the deadline, if told to', async () => {
    const result = await followOne(argocd, 'shop', syncGoal(), {
      timeout: 20_000,
      onTimeout: 'terminate',
    });
    assert.equal(result.outcome, 'timedOut');
    assert.match(result.message, /was terminated, as requested/);
    await argocd.until('shop', (app) => app?.operation === undefined);
  });

  it('are otherwise left running at the deadline', async () => {
    const result = await followOne(argocd, 'shop', syncGoal(), { timeout: 10_000 });
    assert.match(result.message, /the operation continues in Argo CD/);
    assert.equal(deletes(), 0);
  });

  it('are terminated if the run was canceled before their request got a response', async () => {
    argocd.faults.add({
      method: 'POST',
      path: /\/sync/,
      fault: { kind: 'answer', status: 502, body: '', afterActing: true },
    });
    const following = begin(argocd, ['shop'], syncGoal(), { onCancel: 'terminate' });
    await sent();
    following.cancel();
    const [result] = await following.done;
    assert.equal(result?.outcome, 'canceled');
    assert.match(result.message, /was terminated, as requested/);
    await argocd.until('shop', (app) => app?.operation === undefined);
  });

  it('need no termination if the unanswered request never arrived', async () => {
    argocd.faults.add({ method: 'POST', path: /\/sync/, fault: { kind: 'hang' } });
    const following = begin(argocd, ['shop'], syncGoal(), { onCancel: 'terminate' });
    await sent();
    following.cancel();
    const [result] = await following.done;
    assert.match(result?.message ?? '', /no operation of this run is in progress/);
    assert.equal(deletes(), 0);
  });

  it('are terminated after an outage of argocd-server', async () => {
    const following = begin(argocd, ['shop'], terminateGoal());
    await following.done;
    argocd.syncAs('alice', 'shop');
    await argocd.until('shop', (app) => app?.status.operationState?.phase === 'Running');
    const away = argocd.restart(10_000);
    const result = await followOne(argocd, 'shop', terminateGoal());
    await away;
    assert.equal(result.outcome, 'succeeded', result.message);
    assert.equal(argocd.application('shop')?.operation, undefined);
  });

  it('are retried to terminate for four seconds if Argo CD is down at a cancellation', async () => {
    const following = begin(argocd, ['shop'], syncGoal(), { onCancel: 'terminate' });
    await following.until((p) => p.kind === 'step' && p.step.name === 'stuck');
    const away = argocd.restart(1_000);
    following.cancel();
    const [result] = await following.done;
    await away;
    assert.match(result?.message ?? '', /was terminated, as requested/);
  });

  it('are reported if somebody else terminates them', async () => {
    const following = begin(argocd, ['shop'], syncGoal());
    await following.until((p) => p.kind === 'step' && p.step.name === 'stuck');
    argocd.terminate('shop');
    const [result] = await following.done;
    assert.equal(result?.outcome, 'failed');
    assert.match(result.message, /was terminated before it finished/);
  });

  for (const [whenSuperseded, outcome] of [
    ['fail', 'superseded'],
    ['follow', 'succeeded'],
    ['succeedIfIncluded', 'succeeded'],
  ] as const) {
    for (const [seen, isSilent] of [
      ['in sight', false],
      ['unseen', true],
    ] as const) {
      it(`are ${outcome} if somebody terminates them ${seen} and syncs immediately (${whenSuperseded})`, async () => {
        if (isSilent) {
          const fault = { kind: 'silentStream' } as const;
          argocd.faults.add({ path: /\/stream\//, times: Infinity, fault });
        }
        const sha = argocd.commit(
          'shop',
          files(job('stuck', { hook: 'PreSync', seconds: 10 }), configMap('a')),
        );
        const following = begin(argocd, ['shop'], syncGoal({ whenSuperseded }));
        await following.until((p) => p.kind === 'step' && p.step.name === 'stuck');
        argocd.syncAfter('bob', 'shop');
        argocd.terminate('shop');
        const [result] = await following.done;
        assert.equal(result?.outcome, outcome, result?.message);
        if (outcome === 'succeeded') assert.deepEqual(result.revisions, [sha]);
        else assert.match(result.message, /bob/);
      });
    }
  }

  it('are superseded if auto-sync replaces them', async () => {
    const folder = (...documents: readonly string[]) => argocd.commit('auto', files(...documents));
    folder(configMap('a'));
    argocd.createApplication('auto', { spec: autoSynced('auto') });
    await argocd.until('auto', (app) => app?.status.history?.length === 1);
    folder(job('slow', { hook: 'PreSync', seconds: 3, exit: 1 }), configMap('a'));
    argocd.faults.add({ path: /\/stream\//, times: Infinity, fault: { kind: 'silentStream' } });
    const following = begin(argocd, ['auto'], syncGoal());
    await following.until((p) => p.kind === 'step' && p.step.name === 'slow');
    // Nobody sees the end: while Argo CD cannot be reached, a push triggers auto-sync.
    const back = argocd.faults.add({
      method: 'GET',
      times: Infinity,
      fault: { kind: 'answer', status: 502, body: '' },
    });
    await argocd.until('auto', (app) => app?.status.operationState?.phase === 'Failed');
    folder(job('slow', { hook: 'PreSync', seconds: 30 }), configMap('a', { value: 'y' }));
    argocd.deliverPush();
    await argocd.until('auto', (app) => app?.status.operationState?.phase === 'Running');
    back();
    const [result] = await following.done;
    assert.equal(result?.outcome, 'superseded', result?.message);
    assert.match(result.message, /by Argo CD's auto-sync/);
  });
});
