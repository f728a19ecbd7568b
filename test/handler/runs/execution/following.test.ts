import assert from 'node:assert/strict';
import { Secret } from '../../../../src/secret.ts';
import type { Job } from '../../../../simulators/azure-devops/job.ts';
import { configMap, files, job as jobManifest } from '../../../manifests.ts';
import { Workshop } from '../workshop.ts';

describe('Following applications that a selector finds', () => {
  let shop: Workshop;

  beforeEach(async () => {
    shop = await Workshop.open();
  });
  afterEach(() => shop.close());

  const lines = (job: Job) => job.plan.logs.flatMap((log) => log.lines);
  const create = (name: string) => {
    shop.argocd.commit(name, files(configMap('a')));
    shop.argocd.createApplication(name, { metadata: { labels: { team: 'shop' } } });
  };

  it('reports how many of how many exist, and not again after a restart', async () => {
    const job = shop.azure.addJob();
    create('one');
    const subject = { selector: 'team=shop', expectedCount: 2 };
    const spec = shop.spec(job, {}, { subject });
    const { runId } = await shop.runs.accept(spec, new Secret(job.token));
    await shop.time.until(async () => {
      const { message = '' } = (await shop.store.run(runId)) ?? {};
      return message.startsWith('Only 1 of 2 expected applications match selector "team=shop"');
    });
    await shop.kill();
    await shop.start();
    await shop.time.until(() => lines(job).some((line) => line.includes('was restarted')));
    create('two');
    assert.equal((await shop.ended(runId)).outcome, 'succeeded');
    const told = lines(job).filter((line) => line.includes(' expected applications match '));
    assert.deepEqual(
      told.map((line) => line.replace(/^\S+ | match .*/g, '')),
      ['Only 1 of 2 expected applications', '2 of 2 expected applications'],
    );
  });
});

describe('Following an application with findings in its manifests', () => {
  let shop: Workshop;

  beforeEach(async () => {
    shop = await Workshop.open();
  });
  afterEach(() => shop.close());

  it('shows them among the warnings of the run, once, and changes no outcome', async () => {
    const job = shop.azure.addJob();
    const migrate = jobManifest('migrate', { hook: 'presync' });
    const smoke = jobManifest('smoke', { hook: 'PostSync', seconds: 60 });
    shop.argocd.commit('shop', files(configMap('a'), migrate, smoke));
    shop.argocd.createApplication('shop');
    const spec = shop.spec(job, {}, { subject: { names: [{ name: 'shop' }] } });
    const { runId } = await shop.runs.accept(spec, new Secret(job.token));
    const warnings = () =>
      (job.plan.record(job.taskInstanceId)?.issues ?? []).map(({ message }) => message);
    await shop.time.until(() => warnings().length > 0);
    await shop.kill();
    await shop.start();
    assert.equal((await shop.ended(runId)).outcome, 'succeeded');
    assert.equal(warnings().length, 1);
    assert.match(
      warnings()[0] ?? '',
      /^shop: Job\/migrate: Argo CD runs no hooks of type "presync"/,
    );
    assert.deepEqual(
      shop.azure.completions(job).map(({ result }) => result),
      ['succeeded'],
    );
  });
});
