import assert from 'node:assert/strict';
import type { ServerJob } from '../../../simulators/azure-devops/server-job.ts';
import type { PipelineOptions } from '../../../simulators/azure-devops/pipeline-definition.ts';
import { rights } from '../../../simulators/azure-devops/principal.ts';
import { configMap, files } from '../../manifests.ts';
import { doubledLines, openRecords } from './inspection.ts';
import { Installation, until, type Effect } from './installation.ts';
import { linesOf } from './plan-lines.ts';

const numbered = { parameters: [{ name: 'event' }], runNumber: 'argocd-${{ parameters.event }}' };
const soon = { milliseconds: 1, result: 'succeeded' } as const;

describe('A sync without an agent that waits for its follow-ups', () => {
  let installation: Installation;
  let configured: string;
  beforeEach(async () => {
    installation = await Installation.open({}, false);
    const { argocd, azure, handler } = installation;
    argocd.commit('shop', files(configMap('settings')));
    argocd.createApplication('shop');
    const { token } = azure.addIdentity('argocd handler', rights);
    configured = installation.configText
      .replace('private: true }]', `private: true, pat: '${token}' }]`)
      .replace('override]', 'override, queue]');
    installation.configure(configured);
    await handler.start({});
  });
  afterEach(() => installation.close());

  const smoke = (options: Partial<PipelineOptions> = {}) =>
    installation.azure.addPipeline({ name: 'smoke-tests', ...numbered, ...options });
  const sync = (inputs: Readonly<Record<string, string>> = {}) => {
    const followUps = 'onSuccess: smoke-tests';
    return installation.sync({
      ...{ applications: 'shop', followUps, waitForFollowUps: 'true', ...inputs },
    });
  };
  const end = async (run: ServerJob) => {
    await run.done;
    const { plan, taskInstanceId } = run.job;
    const record = plan.record(taskInstanceId);
    assert.deepEqual(doubledLines(plan), []);
    assert.deepEqual(openRecords(plan), []);
    assert.deepEqual(installation.azure.faults, []);
    return {
      result: installation.azure.completions(run.job).map(({ result }) => result),
      outputs: record?.variables,
      issues: (record?.issues ?? []).map(({ message }) => message).join('\n'),
      lines: linesOf(plan).join('\n'),
    };
  };

  it('succeeds if they do, and lists them with their result', async () => {
    smoke({ run: soon });
    const { result, outputs, lines, issues } = await end(sync());
    assert.deepEqual(result, ['succeeded'], issues);
    assert.match(lines, /Follow-up \S*smoke-tests: succeeded, argocd-\d{15}, http/);
    assert.match(outputs?.['followUps']?.value ?? '', /"state":"ended","result":"succeeded"/);
    assert.equal(installation.azure.queuedBuilds.length, 1);
  });

  it('fails with a failed one, and reports it first', async () => {
    smoke({ run: { ...soon, result: 'failed' } });
    const { result, outputs, issues } = await end(sync());
    assert.deepEqual(result, ['failed']);
    assert.equal(outputs?.['outcome']?.value, 'failed');
    assert.match(issues, /^shop: The follow-up \S*smoke-tests failed/);
  });

  it('fails if one can never be queued, without waiting for the deadline', async () => {
    smoke();
    const followUps = "onSuccess: { pipeline: smoke-tests, parameters: { nope: '1' } }";
    const { result, issues } = await end(sync({ followUps }));
    assert.deepEqual(result, ['failed']);
    assert.match(issues, /smoke-tests was not queued: .*nope/);
    assert.equal(installation.azure.queuedBuilds.length, 0);
  });

  it('also waits for what the configuration queued', async () => {
    installation.azure.addPipeline({ name: 'audit', run: { ...soon, result: 'failed' } });
    const rule = `followUps:
  - { name: audit, when: { events: [succeeded] }, do: { queuePipeline: shop/audit } }
`;
    installation.configure(configured + rule);
    await until(() => /configuration reloaded/.test(installation.handler.printedNow));
    const { result, issues } = await end(sync({ followUps: '' }));
    assert.deepEqual(result, ['failed']);
    assert.match(issues, /The follow-up \S*audit failed/);
  });

  it('cancels them when it is canceled', async () => {
    smoke();
    const run = sync({ onCancel: 'terminate' });
    await until(() => /Follow-up \S*smoke-tests: queued/.test(linesOf(run.job.plan).join('\n')));
    run.cancel();
    await run.done;
    await until(() => installation.azure.queuedBuilds[0]?.status === 'completed');
    assert.equal(installation.azure.queuedBuilds[0]?.result, 'canceled');
  });

  const moments: readonly Pick<Effect, 'what' | 'stage'>[] = [
    { what: 'queueRun', stage: 'applied' },
    { what: 'getBuild', stage: 'arrived' },
    { what: 'getBuild', stage: 'applied' },
    { what: 'postEvent TaskCompleted', stage: 'arrived' },
  ];
  for (const { what, stage } of moments) {
    it(`ends the same although its handler is killed when ${what} has ${stage}`, async () => {
      smoke({ run: soon });
      let isKilled = false;
      installation.onEffect = async (effect) => {
        if (isKilled || effect.what !== what || effect.stage !== stage) return undefined;
        isKilled = true;
        await installation.handler.kill();
        void installation.handler.start();
        return 'drop';
      };
      const { result, issues, lines } = await end(sync());
      assert.ok(isKilled, lines);
      assert.deepEqual(result, ['succeeded'], issues);
      assert.equal(installation.azure.queuedBuilds.length, 1);
    });
  }
});
