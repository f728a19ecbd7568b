import assert from 'node:assert/strict';
import { configMap, files } from '../../manifests.ts';
import type { ServerJob } from '../../../simulators/azure-devops/server-job.ts';
import { linesOf } from './plan-lines.ts';
import { Installation, until } from './installation.ts';

const event = { name: 'event', type: 'number' } as const;
const numbered = { parameters: [event], runNumber: 'argocd-${{ parameters.event }}' };

describe('The input followUps of an agentless sync', () => {
  let installation: Installation;
  beforeEach(async () => {
    installation = await Installation.open({}, false);
    const { argocd, azure, handler } = installation;
    argocd.commit('shop', files(configMap('settings')));
    argocd.createApplication('shop');
    azure.addPipeline({ name: 'smoke-tests', ...numbered });
    azure.addProject('ops');
    const { token } = azure.addIdentity('argocd handler', ['View builds', 'Queue builds']);
    const text = installation.configText
      .replace('private: true }]', `private: true, pat: '${token}' }]`)
      .replace('override]', 'override, queue]');
    installation.configure(text);
    await handler.start({});
  });
  afterEach(() => installation.close());

  const issuesOf = (run: ServerJob) =>
    (run.job.plan.record(run.job.taskInstanceId)?.issues ?? []).map(({ message }) => message);

  it('queues the pipeline in its own project once, even after a restart', async () => {
    const { azure, handler } = installation;
    const run = installation.sync({ applications: 'shop', followUps: 'onSuccess: smoke-tests' });
    await run.done;
    assert.equal(azure.completions(run.job)[0]?.result, 'succeeded', issuesOf(run).join('\n'));
    await until(() => azure.queuedBuilds.length > 0);
    const { variables } = run.job.plan.record(run.job.taskInstanceId) ?? {};
    const told = JSON.parse(variables?.['followUps']?.value ?? '') as readonly object[];
    assert.equal(told.length, 1);
    assert.match(
      linesOf(run.job.plan).join('\n'),
      /Follow-up \S*smoke-tests: queued, argocd-\d{15}, http/,
    );
    const records = run.job.plan.records.map(({ name }) => name).join('\n');
    assert.match(records, /Follow-up \S*smoke-tests/);
    assert.match(JSON.stringify(told), /smoke-tests","state":"queued"/);
    await handler.kill();
    await handler.start({});
    const again = installation.sync({ applications: 'shop' });
    await again.done;
    const [build, ...more] = azure.queuedBuilds;
    assert.match(build?.buildNumber ?? '', /^argocd-\d{15}$/);
    assert.deepEqual(build?.queued.tags, ['argocd'], 'people find it by that');
    assert.deepEqual(more, []);
  });

  it('is refused if rules lack `queue`, before anything is synced', async () => {
    installation.configure(installation.configText);
    await until(() => /configuration reloaded/.test(installation.handler.printedNow));
    const run = installation.sync({ applications: 'shop', followUps: 'onSuccess: smoke-tests' });
    await run.done;
    assert.deepEqual(installation.syncs, []);
    assert.match(JSON.stringify(run.job.plan.record(run.job.taskInstanceId)), /queue/);
  });

  it('is refused for a pipeline of another project, unless a grant names it', async () => {
    const followUps = 'onSuccess: ops/deploy';
    const run = installation.sync({ applications: 'shop', followUps });
    await run.done;
    assert.deepEqual(installation.syncs, []);
    assert.match(
      JSON.stringify(run.job.plan.record(run.job.taskInstanceId)),
      /ops\/deploy is in another project/,
    );
  });

  it('is not required for warnings about ineffective annotations, which change no result', async () => {
    const { argocd, azure } = installation;
    argocd.annotate('shop', {
      'azure-pipelines/on-success': 'shop/smoke-tests',
      'azure-pipelines/on-sucess': 'shop/docs',
    });
    const run = installation.sync({ applications: 'shop' });
    await run.done;
    assert.equal(azure.completions(run.job)[0]?.result, 'succeeded');
    const [faulty, forbidden, ...more] = issuesOf(run);
    assert.match(
      faulty ?? '',
      /^shop: Annotation `.*on-sucess: shop\/docs`: no event .*Did you mean/,
    );
    assert.match(forbidden ?? '', /on-success: shop\/smoke-tests`: .*may not queue .*`grants`/);
    assert.deepEqual(more, []);
    const dry = installation.sync({ applications: 'shop', dryRun: 'true' });
    await dry.done;
    assert.deepEqual(issuesOf(dry), []);
  });
});
