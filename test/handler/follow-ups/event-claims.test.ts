import assert from 'node:assert/strict';
import { systemClock } from '../../../src/async/clock.ts';
import { eventKeyOf } from '../../../src/follow-ups/action-key.ts';
import { EventClaims, type ClaimResult } from '../../../src/handler/follow-ups/event-claims.ts';
import type { ClaimSpec } from '../../../src/handler/run.ts';
import { SqliteStore } from '../../../src/handler/store/sqlite/sqlite-store.ts';
import { sampleSpec, storeFolder } from '../store/sample.ts';
import { queueing, storedAction } from './sample-action.ts';

const action = storedAction();
const memory = {
  ...{ argocd: 'prod', uid: 'uid-1', historyId: 0 },
  ...{ isDegraded: false, degradations: 0 },
};
const project = '11111111-0000-4000-8000-000000000000';
const page = 'https://dev.azure.com/fabrikam/shop/_build/results?buildId=7';

/** A proven run of `shop`, with its own plan. */
function run(planId: string, change: Partial<ClaimSpec> = {}): ClaimSpec {
  const { address, client, azureProject } = sampleSpec;
  return {
    ...{ kind: 'claim', client, azureProject, argocd: '', eventKey: eventKeyOf(action.key) },
    address: { ...address, projectId: project, planId },
    proven: { at: 1, projectName: 'Shop' },
    info: [{ name: 'Run', value: `20261128.1 ${page}` }],
    ...{ page, buildId: undefined },
    ...change,
  };
}

describe('An event that a run claims', () => {
  let folder: ReturnType<typeof storeFolder>;
  let store: SqliteStore;
  let claims: EventClaims;
  let told: ClaimResult[];

  const add = (...actions: Parameters<SqliteStore['events']['recordEvents']>[0]['actions']) =>
    store.events.recordEvents({ memory: { ...memory, operation: undefined }, actions });

  beforeEach(() => {
    folder = storeFolder();
    store = SqliteStore.open(folder.path, systemClock);
    told = [];
    const onClaim = (result: ClaimResult) => told.push(result);
    claims = new EventClaims({ store: store.events, clock: systemClock, onClaim });
  });
  afterEach(async () => {
    await store.close();
    folder.remove();
  });

  it('is handed out to the first run, and to the same run again; another is told which run has it', async () => {
    await add(action);
    const first = await claims.claim(run('plan-1'));
    assert.ok(first.kind === 'claimed');
    assert.equal(first.body.event.application.name, 'shop');
    const again = run('PLAN-1', { address: { ...run('PLAN-1').address, jobId: 'another job' } });
    assert.equal((await claims.claim(again)).kind, 'claimed');
    assert.equal((await store.events.actionOfPlan('plan-1'))?.key, action.key);
    const other = await claims.claim(run('plan-2'));
    assert.ok(other.kind === 'taken');
    assert.deepEqual([other.by.name, other.by.page], ['20261128.1', page]);
    assert.deepEqual(told, ['claimed', 'repeated', 'taken']);
  });

  it('is handed out once to concurrent requests', async () => {
    await add(action);
    const runs = Array.from({ length: 20 }, (_, index) => claims.claim(run(`plan-${index}`)));
    const kinds = (await Promise.all(runs)).map(({ kind }) => kind);
    assert.equal(kinds.filter((kind) => kind === 'claimed').length, 1);
    assert.equal(kinds.filter((kind) => kind === 'taken').length, 19);
  });

  const strangers: readonly (readonly [string, Partial<ClaimSpec>])[] = [
    ['another project', { proven: { at: 1, projectName: 'cart' } }],
    ['a project whose name is not proven', { proven: { at: 1 }, azureProject: 'shop' }],
    [
      'another organization',
      { address: { ...run('p').address, collection: 'https://dev.azure.com/other' } },
    ],
    ['an unknown key', { eventKey: '999999999999999' }],
  ];
  for (const [what, change] of strangers) {
    it(`is reported as missing to a run of ${what}, and stays unclaimed`, async () => {
      await add(action);
      assert.deepEqual(await claims.claim(run('plan-1', change)), { kind: 'unknown' });
      assert.equal((await store.events.action(action.key))?.claim, undefined);
    });
  }

  it('is found by the id of the project, and by each URL of the organization', async () => {
    const byId = storedAction({}, { action: { ...queueing, project: project.toUpperCase() } });
    await add(byId);
    for (const collection of [
      'https://dev.azure.com/Fabrikam',
      'https://fabrikam.visualstudio.com',
      'https://vsrm.dev.azure.com/fabrikam',
    ]) {
      const { kind } = await claims.claim(
        run('plan-1', { address: { ...run('plan-1').address, collection }, proven: { at: 1 } }),
      );
      assert.equal(kind, 'claimed', collection);
    }
    assert.deepEqual(told, ['claimed', 'repeated', 'repeated']);
  });

  it('is shared by all stages of a classic release', async () => {
    await add(action);
    const stage = (planId: string, release: string) =>
      run(planId, {
        address: { ...run(planId).address, hub: 'release' },
        page: `https://dev.azure.com/fabrikam/shop/_release?releaseId=${release}`,
      });
    assert.equal((await claims.claim(stage('plan-1', '5'))).kind, 'claimed');
    assert.equal((await claims.claim(stage('plan-2', '5'))).kind, 'claimed');
    assert.equal((await claims.claim(stage('plan-3', '6'))).kind, 'taken');
  });

  it('does not exist if the stored action queues no run', async () => {
    await add({ ...action, body: 'no JSON' });
    assert.deepEqual(await claims.claim(run('plan-1')), { kind: 'unknown' });
    const hook = storedAction(
      { key: 'hook' },
      { action: { kind: 'postWebHook', url: 'https://example.com', rule: 'smoke' } },
    );
    await add(hook);
    const asked = run('plan-1', { eventKey: eventKeyOf('hook') });
    assert.deepEqual(await claims.claim(asked), { kind: 'unknown' });
  });

  it('can be claimed again once it is redelivered', async () => {
    await add(action);
    await claims.claim(run('plan-1'));
    await store.events.changeAction(action.key, { claim: undefined });
    assert.equal((await claims.claim(run('plan-2'))).kind, 'claimed');
  });
});
