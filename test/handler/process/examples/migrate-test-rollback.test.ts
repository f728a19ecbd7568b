import assert from 'node:assert/strict';
import { ExampleSite } from './example-site.ts';

/** As a real Kubernetes says it. */
const reason =
  /Job\/smoke-tests failed: Container hook for pod shop\/smoke-tests-\w+ failed with exit code 1 matching FailJob rule at index 0/;
const pipelines = ['smoke-tests.yml', 'rollback.yml'];

describe('The example gitops/migrate-test-rollback', () => {
  let site: ExampleSite;
  /** The results of the migrations and of the tests, in order; the last one repeats. */
  let migrations: number[];
  let tests: ('succeeded' | 'failed')[];
  beforeEach(async () => {
    migrations = [0];
    tests = ['succeeded'];
    site = await ExampleSite.open('migrate-test-rollback', pipelines, {
      script: () => next(tests),
      pods: ({ metadata }) =>
        metadata.labels?.['job-name'] === 'migrate' ? Promise.resolve(next(migrations)) : undefined,
    });
    site.files.apply(site.argocd);
    await site.handler.start();
  });
  afterEach(() => site.close());

  let version = 42;
  const deploy = () => {
    const edit = (text: string) => text.replaceAll(':42', `:${version++}`);
    return site.trigger('azure-pipelines.yml', site.push(site.argocd, 'shop', edit));
  };
  const queued = () =>
    site.azure.queuedBuilds.map(({ queued: { pipeline }, status, result }) => ({
      pipeline: pipeline.name,
      ...{ status, result },
    }));

  it('migrates, deploys in waves, and succeeds with the pipeline that the hook waits for', async () => {
    const { result } = await deploy();
    assert.equal(result, 'succeeded', site.events.lines.join('\n'));
    assert.deepEqual(site.events.lines, [
      'pipeline deploy runs',
      'shop: operation of ci',
      'shop: PreSync Namespace/shop Synced',
      'shop: PreSync ServiceAccount/argocd-hooks Running',
      'shop: PreSync ServiceAccount/argocd-hooks Succeeded',
      'shop: PreSync Job/migrate Running',
      'shop: PreSync Job/migrate Succeeded',
      'shop: Sync ConfigMap/settings Synced',
      'shop: Sync Service/api Synced',
      'shop: Sync Deployment/api Synced',
      'shop: Sync Deployment/web Synced',
      'shop: PostSync Job/smoke-tests Running',
      'pipeline smoke-tests runs',
      'pipeline smoke-tests: ArgoCDEvent@1 succeeded',
      'pipeline smoke-tests: Ask the shop for its health succeeded',
      'pipeline smoke-tests succeeded',
      'shop: PostSync Job/smoke-tests Succeeded',
      'shop: operation Succeeded',
      'pipeline deploy: Sync shop succeeded',
      'pipeline deploy succeeded',
    ]);
    assert.deepEqual(site.azure.faults, []);
  });

  it('fails with the tests, and is rolled back once to the previous deployment', async () => {
    await deploy();
    const [before] = site.argocd.application('shop')?.status.history?.slice(-1) ?? [];
    tests = ['failed'];
    site.events.lines.length = 0;
    const { result } = await deploy();
    assert.equal(result, 'failed');
    await site.ended('rollback');
    assert.match(site.logs('deploy').join('\n'), reason);
    // When the run that deployed sees the end does not matter here.
    assert.deepEqual(site.events.matching(/^pipeline (?!deploy)|operation|PostSync/), [
      'shop: operation of ci',
      'shop: PostSync Job/smoke-tests Running',
      'pipeline smoke-tests runs',
      'pipeline smoke-tests: ArgoCDEvent@1 succeeded',
      'pipeline smoke-tests: Ask the shop for its health failed',
      'pipeline smoke-tests failed',
      'shop: PostSync Job/smoke-tests Failed',
      'shop: operation Failed',
      'pipeline rollback runs',
      'pipeline rollback: ArgoCDEvent@1 succeeded',
      'shop: operation of ci',
      'shop: operation Succeeded',
      'pipeline rollback: Roll back succeeded',
      'pipeline rollback succeeded',
    ]);
    const { operationState } = site.argocd.application('shop')?.status ?? {};
    assert.equal(operationState?.phase, 'Succeeded');
    assert.equal(operationState.operation.sync.revision, before?.revision);
  });

  it('deploys nothing if the migration fails, tests nothing, and rolls back', async () => {
    await deploy();
    migrations = [1];
    const { result } = await deploy();
    assert.equal(result, 'failed');
    await site.ended('rollback');
    assert.deepEqual(queued(), [
      { pipeline: 'smoke-tests', status: 'completed', result: 'succeeded' },
      { pipeline: 'rollback', status: 'completed', result: 'succeeded' },
    ]);
  });

  it('rolls back nothing that no run has started, such as a rollback', async () => {
    await deploy();
    migrations = [1, 0];
    site.argocd.syncAs('anna', 'shop');
    await site.argocd.until('shop', (shop) => shop?.status.operationState?.phase === 'Failed');
    tests = ['failed'];
    await deploy();
    await site.ended('rollback');
    assert.deepEqual(site.events.matching(/operation Failed|rollback runs/), [
      'shop: operation Failed',
      'shop: operation Failed',
      'pipeline rollback runs',
    ]);
  });

  it('starts no second rollback if there is nothing to return to', async () => {
    tests = ['failed'];
    // Nothing was deployed before.
    await deploy();
    await site.ended('rollback');
    assert.deepEqual(
      queued().map(({ pipeline, result }) => `${pipeline} ${result}`),
      ['smoke-tests failed', 'rollback failed'],
    );
  });
});

function next<T>(list: T[]): T {
  const [first] = list;
  if (first === undefined) throw new Error('The list is empty.');
  if (list.length > 1) list.shift();
  return first;
}
