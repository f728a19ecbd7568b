import assert from 'node:assert/strict';
import { configMap, job } from '../../manifests.ts';
import { AzureDevOpsSimulator } from '../../../simulators/azure-devops/simulator.ts';
import { rights, type Right } from '../../../simulators/azure-devops/principal.ts';
import { lineOf, onEachNode, onNewestNode, type Inputs, type Stage } from './stage.ts';
import { assertSound, resultOf, summaryOf } from './soundness.ts';

/** A step with an Azure DevOps whose token its job has. */
interface Scene extends Stage {
  readonly azure: AzureDevOpsSimulator;
  readonly startWith: (inputs: Inputs) => ReturnType<Stage['start']>;
}

function withAzure(
  scene: (scene: Scene) => Promise<void>,
  may: Iterable<Right> = rights,
  play = onNewestNode,
) {
  return play(async (stage) => {
    const azure = await AzureDevOpsSimulator.start();
    try {
      const { token: jobToken } = azure.addIdentity('shop Build Service (fabrikam)', may);
      const { collectionUrl, projectName, projectId } = azure;
      const variables = {
        'System.CollectionUri': collectionUrl,
        'System.TeamProject': projectName,
        'System.TeamProjectId': projectId,
      };
      const startWith = (inputs: Inputs) => stage.start(inputs, { jobToken, variables });
      await scene({ ...stage, azure, startWith });
    } finally {
      await azure.stop();
    }
  });
}

const event = { name: 'event', type: 'number' } as const;
const numbered = { parameters: [event], runNumber: 'argocd-${{ parameters.event }}' };
const broken = job('migrate', { hook: 'PreSync', exit: 1 });

async function end(running: ReturnType<Stage['start']>) {
  const step = await running.done;
  assertSound(step);
  return step;
}

const outputOf = (step: { readonly outputs: Readonly<Record<string, string>> }) =>
  JSON.parse(step.outputs['followUps'] ?? '') as readonly Readonly<Record<string, unknown>>[];

describe('The bundle with the input followUps', () => {
  it(
    "queues a pipeline once with the job's token, and reports it everywhere",
    withAzure(
      async ({ azure, make, startWith }) => {
        const app = { name: 'app', type: 'string' } as const;
        azure.addPipeline({ name: 'smoke-tests', ...numbered, parameters: [event, app] });
        azure.addPipeline({ name: 'rollback' });
        make('shop', configMap('settings'));
        const step = await end(
          startWith({
            followUps:
              "onSuccess: { pipeline: smoke-tests, parameters: { app: '{{application}}' } }\nonFailure: rollback",
          }),
        );
        assert.equal(step.result, 'Succeeded', step.lines.join('\n'));
        const [build, ...more] = azure.queuedBuilds;
        assert.deepEqual(more, []);
        assert.equal(build?.queued.templateParameters['app'], 'shop');
        assert.match(build.buildNumber, /^argocd-\d{15}$/);
        const lines = step.lines.filter((line) => line.startsWith('Follow-up '));
        assert.equal(lines.length, 1, step.lines.join('\n'));
        assert.match(lines[0] ?? '', /^Follow-up smoke-tests: queued, argocd-\d{15}, http\S+$/);
        assert.match(
          summaryOf(step),
          /### Follow-ups\n\n[^]*smoke-tests +\| succeeded \| \[argocd-/,
        );
        const record = step.records.find(({ type }) => type === 'ArgoCD.FollowUp');
        const parent = step.records.find(({ id }) => id === record?.parentId);
        assert.deepEqual(
          [record?.name, record?.state, record?.result, parent?.name],
          ['Follow-up smoke-tests', 'Completed', 'Abandoned', 'shop'],
        );
        const [told] = outputOf(step);
        assert.deepEqual([told?.['pipeline'], told?.['state']], ['smoke-tests', 'queued']);
        const [application] = resultOf(step).applications;
        assert.equal((application?.['followUps'] as readonly unknown[]).length, 1);
        assert.deepEqual(azure.faults, []);
      },
      rights,
      onEachNode,
    ),
  );

  it(
    "queues nothing for another actor's operation, and says so",
    withAzure(async ({ argocd, azure, make, startWith }) => {
      azure.addPipeline({ name: 'smoke-tests' });
      const sha = make('shop', job('migrate', { hook: 'PreSync', seconds: 100 }), configMap('a'));
      argocd.syncAs('anna', 'shop', { revision: sha });
      const step = await end(
        startWith({ revision: sha, whenBusy: 'join', followUps: 'onSuccess: smoke-tests' }),
      );
      assert.equal(step.result, 'SucceededWithIssues', step.lines.join('\n'));
      assert.match(step.issues[0]?.message ?? '', /No follow-up was queued: followUps covers/);
      assert.equal(azure.queuedBuilds.length, 0);
    }),
  );

  it(
    'says so if it cannot know whether one is queued',
    withAzure(async ({ azure, make, startWith }) => {
      azure.addPipeline({ name: 'smoke-tests' });
      azure.inject({ operation: 'queueRun', fault: { kind: 'cutBefore' } });
      azure.inject({ operation: 'listBuilds', times: Infinity, fault: { kind: 'cutBefore' } });
      make('shop', configMap('settings'));
      const step = await end(startWith({ followUps: 'onSuccess: smoke-tests', timeoutSeconds: 6 }));
      assert.equal(step.result, 'SucceededWithIssues', step.lines.join('\n'));
      assert.match(step.issues[0]?.message ?? '', /There was no answer: it may have been queued\./);
    }),
  );

  it(
    'queues depending on what failed',
    withAzure(async ({ azure, make, startWith }) => {
      azure.addPipeline({ name: 'smoke-tests' });
      azure.addPipeline({ name: 'rollback' });
      make('shop', broken, configMap('settings'));
      const step = await end(
        startWith({ followUps: 'onSuccess: smoke-tests\nonFailure: rollback' }),
      );
      assert.equal(step.outputs['outcome'], 'failed');
      assert.deepEqual(
        outputOf(step).map(({ pipeline }) => pipeline),
        ['rollback'],
      );
      assert.equal(azure.queuedBuilds.length, 1);
    }),
  );

  it(
    'fails with a failed follow-up that it waits for',
    withAzure(async ({ azure, make, startWith }) => {
      azure.addPipeline({ name: 'smoke-tests', run: { milliseconds: 50, result: 'failed' } });
      make('shop', configMap('settings'));
      const step = await end(
        startWith({ followUps: 'onSuccess: smoke-tests', waitForFollowUps: true }),
      );
      assert.equal(step.result, 'Failed', step.lines.join('\n'));
      assert.equal(step.outputs['outcome'], 'failed');
      assert.match(
        step.outputs['message'] ?? '',
        /^The operation succeeded.*; but not its follow-up smoke-tests$/,
      );
      assert.equal(outputOf(step)[0]?.['result'], 'failed');
      assert.match(
        step.issues.map(({ message }) => message).join('\n'),
        /The follow-up smoke-tests failed/,
      );
    }),
  );

  it(
    'succeeds with a successful one',
    withAzure(async ({ azure, make, startWith }) => {
      azure.addPipeline({ name: 'smoke-tests', run: { milliseconds: 50, result: 'succeeded' } });
      make('shop', configMap('settings'));
      const step = await end(
        startWith({ followUps: 'onSuccess: smoke-tests', waitForFollowUps: true }),
      );
      assert.equal(step.result, 'Succeeded', step.lines.join('\n'));
      assert.equal(outputOf(step)[0]?.['result'], 'succeeded');
    }),
  );

  it(
    'times out with one that does not end',
    withAzure(async ({ azure, make, startWith }) => {
      azure.addPipeline({ name: 'smoke-tests' });
      make('shop', configMap('settings'));
      const inputs = { followUps: 'onSuccess: smoke-tests', waitForFollowUps: true };
      const step = await end(startWith({ ...inputs, timeoutSeconds: 12 }));
      assert.equal(step.outputs['outcome'], 'timedOut', step.lines.join('\n'));
      assert.match(step.outputs['message'] ?? '', /but not its follow-up smoke-tests/);
    }),
  );

  for (const onCancel of ['leave', 'terminate'] as const) {
    it(
      `is canceled during the wait, and onCancel: ${onCancel} decides about the run`,
      withAzure(async ({ azure, make, startWith }) => {
        azure.addPipeline({ name: 'smoke-tests' });
        make('shop', configMap('settings'));
        const inputs = { followUps: 'onSuccess: smoke-tests', waitForFollowUps: true };
        const running = startWith({ ...inputs, onCancel });
        await lineOf(running, /^Follow-up smoke-tests: queued/);
        running.cancel();
        const step = await end(running);
        assert.equal(step.result, 'Canceled', step.lines.join('\n'));
        const [build] = azure.queuedBuilds;
        const isEnding = build?.status === 'cancelling' || build?.status === 'completed';
        assert.equal(isEnding, onCancel === 'terminate', build?.status);
      }),
    );
  }

  it(
    'warns of one that cannot be queued, with what to grant, and fails if it waits for it',
    withAzure(
      async ({ azure, make, startWith }) => {
        azure.addPipeline({ name: 'smoke-tests' });
        make('shop', configMap('settings'));
        const followUps = 'onSuccess: smoke-tests';
        const step = await end(startWith({ followUps }));
        assert.equal(step.result, 'SucceededWithIssues', step.lines.join('\n'));
        const told = step.issues.map(({ message }) => message).join('\n');
        assert.match(told, /smoke-tests was not queued: .*Queue builds/);
        const waiting = await end(startWith({ followUps, waitForFollowUps: true }));
        assert.equal(waiting.result, 'Failed');
        assert.match(waiting.outputs['message'] ?? '', /but not its follow-up smoke-tests/);
      },
      rights.filter((right) => right !== 'Queue builds'),
    ),
  );

  it(
    'finds what it queued if the response is lost, and queues nothing twice',
    withAzure(async ({ azure, make, startWith }) => {
      azure.addPipeline({ name: 'smoke-tests', ...numbered });
      azure.inject({ operation: 'queueRun', fault: { kind: 'cutAfter' } });
      make('shop', configMap('settings'));
      const step = await end(startWith({ followUps: 'onSuccess: smoke-tests' }));
      assert.equal(step.result, 'Succeeded', step.lines.join('\n'));
      assert.equal(azure.queuedBuilds.length, 1);
      assert.equal(outputOf(step)[0]?.['state'], 'queued');
    }),
  );

  it(
    'reports all faults at once, before any request',
    withAzure(async ({ argocd, azure, make, startWith }) => {
      make('shop', configMap('settings'));
      const step = await end(
        startWith({
          prune: 'maybe',
          followUps: 'onSucces: smoke-tests\nonFailure: contoso/shop/rollback',
        }),
      );
      assert.equal(step.result, 'Failed');
      const told = step.issues.map(({ message }) => message).join('\n');
      assert.match(told, /prune "maybe"/);
      assert.match(told, /followUps: line 1, onSucces: unknown setting\. Did you mean `onSuccess`/);
      const other = await end(startWith({ followUps: 'onFailure: contoso/shop/rollback' }));
      assert.match(other.outputs['message'] ?? '', /is valid only for the organization/);
      assert.equal(argocd.requests.length, 0);
      assert.equal(azure.requests.length, 0);
    }),
  );

  it(
    'warns of annotations that cannot be parsed, with the same result',
    withAzure(async ({ argocd, make, startWith }) => {
      make('shop', configMap('settings'));
      const right = { 'azure-pipelines/on-success': 'shop/smoke-tests' };
      argocd.annotate('shop', { ...right, 'azure-pipelines/on-sucess': 'shop/docs' });
      const step = await end(startWith({}));
      assert.equal(step.result, 'Succeeded');
      assert.deepEqual(
        step.issues.map(({ type, message }) => [type, message]),
        [
          [
            'warning',
            'shop: Annotation `azure-pipelines/on-sucess: shop/docs`: no event has this name. Did you mean `azure-pipelines/on-success`? Whether the others are granted, only the handler knows.',
          ],
        ],
      );
      argocd.annotate('shop', { 'azure-pipelines/on-sucess': null });
      assert.deepEqual((await end(startWith({}))).issues, []);
    }),
  );
});
