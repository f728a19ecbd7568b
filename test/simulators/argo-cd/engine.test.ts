import assert from 'node:assert/strict';
import { configMap, files, job } from '../../manifests.ts';
import type { OperationState } from '../../../simulators/argo-cd/application.ts';
import { send } from '../../../simulators/argo-cd/client.ts';
import { ArgoCDSimulator, defaultSpec } from '../../../simulators/argo-cd/simulator.ts';

function annotated(name: string, annotations: string): string {
  const metadata = `{ name: ${name}, annotations: { ${annotations} } }`;
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: ${metadata}\n`;
}

describe("The simulator's sync engine", () => {
  let argocd: ArgoCDSimulator;

  beforeEach(async () => {
    argocd = await ArgoCDSimulator.start({ timeScale: Infinity });
  });
  afterEach(() => argocd.stop());

  /** Syncs the folder in its current state, advances a minute, and returns the result. */
  async function sync(documents: readonly string[], request: object = {}): Promise<OperationState> {
    argocd.commit('shop', files(...documents));
    if (!argocd.application('shop'))
      argocd.createApplication('shop', { spec: defaultSpec('shop') });
    argocd.advance(1000);
    const path = '/api/v1/applications/shop/sync';
    const { status } = await send(argocd, 'POST', path, {
      body: { project: 'default', ...request },
    });
    assert.equal(status, 200);
    argocd.advance(60_000);
    const state = argocd.application('shop')?.status.operationState;
    assert(state);
    return state;
  }

  const names = ({ syncResult }: OperationState) =>
    syncResult?.resources?.map(({ name, status }) => `${name} ${status}`) ?? [];
  const exists = (name: string) =>
    argocd.object({ group: 'batch', kind: 'Job', namespace: 'ns-shop', name }) !== undefined;

  it('runs no SyncFail hook if the dry run fails', async () => {
    const state = await sync([
      annotated('a', 'lab/dry-run: not allowed'),
      job('alert', { hook: 'SyncFail' }),
    ]);
    assert.equal(state.phase, 'Failed');
    assert.equal(
      state.message,
      'one or more objects failed to apply (dry run), reason: not allowed',
    );
    assert.deepEqual(names(state), ['ns-shop Synced', 'a SyncFailed']);
  });

  it('deletes hooks by the result of the whole sync, not by their own', async () => {
    const hooks = [
      job('kept', { hook: 'PreSync', policy: 'HookSucceeded' }),
      job('dropped', { hook: 'PreSync', policy: 'HookFailed' }),
    ];
    await sync([...hooks, job('smoke', { hook: 'PostSync', exit: 1 })]);
    assert.deepEqual([exists('kept'), exists('dropped')], [true, false]);
    await sync(hooks);
    assert.deepEqual([exists('kept'), exists('dropped')], [false, true]);
  });

  it('omits unmodified resources with ApplyOutOfSyncOnly', async () => {
    await sync([configMap('a'), configMap('b')]);
    const syncOptions = { items: ['ApplyOutOfSyncOnly=true'] };
    const state = await sync([configMap('a'), configMap('b', { value: 'y' })], { syncOptions });
    assert.deepEqual(names(state), ['b Synced']);
  });

  it('prunes resources with PruneLast last, and never one that forbids it', async () => {
    const option = 'argocd.argoproj.io/sync-options';
    await sync([
      annotated('last', `${option}: PruneLast=true`),
      annotated('never', `${option}: Prune=false`),
    ]);
    const state = await sync([configMap('a', { wave: 1 })], { prune: true });
    assert.deepEqual(names(state), ['never PruneSkipped', 'a Synced', 'last Pruned']);
    assert.match(JSON.stringify(state), /ignored \(no prune\)/);
  });

  it('uses the latest revision for a retry that asks for it', async () => {
    argocd.commit('shop', files(job('migrate', { hook: 'PreSync', exit: 1 })));
    argocd.createApplication('shop');
    argocd.advance(1000);
    const retryStrategy = { limit: 1, refresh: true, backoff: { duration: '10s', factor: 1 } };
    const body = { project: 'default', retryStrategy };
    await send(argocd, 'POST', '/api/v1/applications/shop/sync', { body });
    argocd.advance(8000);
    assert.match(
      argocd.application('shop')?.status.operationState?.message ?? '',
      /Retrying attempt #1/,
    );
    const fixed = argocd.commit('shop', files(job('migrate', { hook: 'PreSync' })));
    argocd.advance(30_000);
    const state = argocd.application('shop')?.status.operationState;
    assert.deepEqual([state?.phase, state?.syncResult?.revision], ['Succeeded', fixed]);
  });

  it('ends a terminated operation between two waves, with the results of the first one', async () => {
    argocd.commit('shop', files(configMap('a'), configMap('b', { wave: 1 })));
    argocd.createApplication('shop');
    argocd.advance(1000);
    const body = { project: 'default' };
    await send(argocd, 'POST', '/api/v1/applications/shop/sync', { body });
    argocd.advance(1000);
    argocd.terminate('shop');
    const phases: unknown[] = [];
    argocd.watch(({ application }) => phases.push(application.status.operationState?.phase));
    argocd.advance(10_000);
    const state = argocd.application('shop')?.status.operationState;
    assert.equal(phases.includes('Running'), false);
    assert.deepEqual([state?.phase, state?.message], ['Failed', 'Operation terminated']);
    assert.deepEqual(state && names(state), ['ns-shop Synced', 'a Synced']);
  });
});
