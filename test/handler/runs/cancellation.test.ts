import assert from 'node:assert/strict';
import { keyOf } from '../../../src/handler/run.ts';
import { Secret } from '../../../src/secret.ts';
import { configMap, files, job as kubernetesJob } from '../../manifests.ts';
import type { Job } from '../../../simulators/azure-devops/job.ts';
import { Workshop } from './workshop.ts';

const day = 24 * 3_600_000;

describe('A cancellation', () => {
  let shop: Workshop;
  let job: Job;

  beforeEach(async () => {
    shop = await Workshop.open();
    const migrate = kubernetesJob('migrate', { hook: 'PreSync', seconds: 5 });
    shop.argocd.commit('shop', files(migrate, configMap('a')));
    shop.argocd.createApplication('shop');
    job = shop.azure.addJob();
  });
  afterEach(() => shop.close());

  const send = (token = job.token) => shop.runs.accept(shop.spec(job), new Secret(token));
  const cancel = (token = job.token) =>
    shop.runs.cancel(shop.addressOf(job), new Secret(token), 'azure');
  const until = (test: () => boolean | Promise<boolean>) => shop.time.until(test);
  const isRunning = () =>
    shop.argocd.application('shop')?.status.operationState?.phase === 'Running';
  /** The task is run again, like by "rerun failed jobs". */
  const again = async (token = job.token) => {
    job.plan.restart(job.taskInstanceId);
    return shop.ended((await send(token)).runId);
  };

  it('applies to the run that it met, not to the next try of the task', async () => {
    const { runId } = await send();
    await until(isRunning);
    await cancel();
    assert.equal((await shop.ended(runId)).outcome, 'canceled');
    await until(() => !isRunning());
    const second = await again();
    assert.deepEqual([second.outcome, second.attempt], ['succeeded', 2]);
  });

  it('also no longer applies if it was proven with its own token', async () => {
    const { runId } = await send();
    await until(isRunning);
    const key = keyOf(shop.addressOf(job));
    const at = shop.time.now();
    await shop.store.addCancellation({ key, digest: '*', at, expiresAt: at + day });
    await shop.ended(runId);
    assert.equal((await again()).isCanceled, false);
  });

  it('that comes between two tries applies to the second', async () => {
    shop.argocd.commit('shop', files(kubernetesJob('check', { hook: 'PreSync', exit: 1 })));
    assert.equal((await shop.ended((await send()).runId)).outcome, 'failed');
    await cancel();
    assert.equal((await again()).outcome, 'canceled');
    assert.equal(shop.syncs, 1);
  });

  it('is not removed by a run that was never proven', async () => {
    const back = shop.azure.inject({
      operation: 'getPlan',
      fault: { kind: 'answer', status: 503 },
      times: Infinity,
    });
    const forged = await send('forged');
    await cancel();
    back();
    await shop.ended(forged.runId);
    assert.equal((await shop.ended((await send()).runId)).outcome, 'canceled');
    assert.equal(shop.syncs, 0);
  });
});
