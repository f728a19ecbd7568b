import assert from 'node:assert/strict';
import { configMap, deployment, files, job, service } from '../manifests.ts';
import { onEachNode, paced, stopped, type Stage } from './bundle/stage.ts';
import { pathFrom } from '../../simulators/agent/windows-node.ts';
import { assertSound, resultOf, summaryOf } from './bundle/soundness.ts';

const migrate = job('migrate', { hook: 'PreSync', wave: -1, seconds: 2 });
const brokenMigrate = job('migrate', {
  hook: 'PreSync',
  seconds: 2,
  exit: 3,
  log: 'connecting|ERROR: column "currency" already exists',
});
const forever = job('slow', { hook: 'PreSync', forever: true });
const denyAlways = {
  kind: 'deny',
  schedule: '* * * * *',
  duration: '1h',
  applications: ['*'],
} as const;

const posts = ({ argocd }: Stage) =>
  argocd.requests.filter(({ method }) => method === 'POST').map(({ path }) => path);
const deployed = ({ argocd }: Stage, name = 'shop') =>
  argocd.application(name)?.status.history?.map(({ revision }) => revision) ?? [];
const errorsOf = (run: { issues: readonly { type: string; message: string }[] }) =>
  run.issues.filter(({ type }) => type === 'error').map(({ message }) => message);

describe('The bundle', () => {
  it(
    'syncs with hooks, and reports them as log, records, progress, summary, result and outputs',
    onEachNode(
      async ({ argocd, make, start, node }) => {
        argocd.addNamespace('ns-shop');
        const sha = make(
          'shop',
          migrate,
          configMap('settings'),
          deployment('web', { wave: 1 }),
          job('smoke', { hook: 'PostSync' }),
        );
        const running = start({ revision: sha });
        const step = await paced(argocd, running);
        assertSound(step);
        assert.equal(step.result, 'Succeeded', step.lines.join('\n'));
        assert.equal(step.node, node);
        assert.deepEqual(step.issues, []);

        const told = step.lines.map((line) =>
          line.replace(/ +(?:<1|\d+) s\b.*/, '').replace(/ {2,}/g, ' | '),
        );
        assert.deepEqual(told, [
          `Sync shop to ${sha.slice(0, 7)} on ${argocd.url}`,
          'Hooks run; followed until Healthy; at most 30 min.',
          '##[group]PreSync',
          'PreSync wave -1 | Job/migrate | Running',
          'PreSync wave -1 | Job/migrate | Succeeded',
          '##[endgroup]',
          '##[group]Sync',
          'Sync wave 0 | ConfigMap/settings | Succeeded',
          'Sync wave 1 | Deployment/web | Succeeded',
          '##[endgroup]',
          '##[group]PostSync',
          'PostSync wave 0 | Job/smoke | Running',
          'PostSync wave 0 | Job/smoke | Succeeded',
          '##[endgroup]',
          '##[section]shop succeeded after',
          ` | Revision | ${sha}`,
          ` | Application | ${argocd.url}/applications/shop`,
        ]);

        assert.deepEqual(
          step.records.map(({ type, name, state, result, parentId }) => [
            type,
            name,
            state,
            result,
            step.records.find(({ id }) => id === parentId)?.name,
          ]),
          [
            ['ArgoCD.Application', 'shop', 'Completed', 'Succeeded', undefined],
            ['ArgoCD.Phase', 'PreSync', 'Completed', 'Succeeded', 'shop'],
            ['ArgoCD.Hook', 'Job/migrate', 'Completed', 'Succeeded', 'PreSync'],
            ['ArgoCD.Phase', 'Sync', 'Completed', 'Succeeded', 'shop'],
            ['ArgoCD.Phase', 'PostSync', 'Completed', 'Succeeded', 'shop'],
            ['ArgoCD.Hook', 'Job/smoke', 'Completed', 'Succeeded', 'PostSync'],
          ],
        );

        const percents = step.progress.map(({ percent }) => percent);
        assert.ok(percents.length > 3, percents.join());
        assert.deepEqual(
          percents,
          [...percents].sort((a, b) => a - b),
        );
        assert.equal(percents.at(-1), 100);

        assert.deepEqual(
          step.attachments.map(({ type, name }) => [type, name]),
          [
            ['Distributedtask.Core.Summary', 'Argo CD sync of shop'],
            ['argocd.result', 'Argo CD sync of shop.json'],
          ],
        );
        assert.match(summaryOf(step), /^\*\*shop succeeded: /);
        assert.match(
          summaryOf(step),
          /\| \*\*PostSync\*\* .*\n\| wave 0 +\| `Job\/smoke` \(hook\)/,
        );
        const { steps, operation } = resultOf(step).applications[0] ?? {};
        assert.equal((steps as readonly unknown[]).length, 4);
        assert.equal((operation as { ours: boolean }).ours, true);

        const state = argocd.application('shop')?.status.operationState;
        const { resultFile, message, ...outputs } = step.outputs;
        assert.ok(pathFrom(resultFile ?? '').startsWith(step.temporaryFolder));
        assert.match(message ?? '', /Healthy/);
        assert.deepEqual(outputs, {
          outcome: 'succeeded',
          phase: 'Succeeded',
          revision: sha,
          revisions: JSON.stringify([sha]),
          drySourceRevision: '',
          syncStatus: 'Synced',
          healthStatus: 'Healthy',
          operationStartedAt: state?.startedAt.replace('Z', '.000Z'),
          operationFinishedAt: state?.finishedAt?.replace('Z', '.000Z'),
          applicationUrl: `${argocd.url}/applications/shop`,
          followUps: '[]',
        });
      },
      // Time waits for the log, however busy the machine is.
      stopped,
    ),
  );

  it(
    'fails with the hook, its message and its log',
    onEachNode(async ({ make, run }) => {
      make('shop', brokenMigrate, configMap('settings'));
      const step = await run();
      assert.equal(step.result, 'Failed');
      assert.deepEqual(errorsOf(step), [
        'shop: PreSync hook Job/migrate failed: Job has reached the specified backoff limit',
      ]);
      const log = step.lines.join('\n');
      assert.match(
        log,
        /##\[error\]shop: PreSync hook.*\n.*\n {4}\| connecting\n {4}\| ERROR: column "currency"/,
      );
      assert.match(summaryOf(step), /### Why shop failed\n\n[^]*ERROR: column "currency"/);
      assert.equal(step.outputs['outcome'], 'failed');
      assert.equal(step.outputs['phase'], 'Failed');
      assert.equal(step.records.find(({ name }) => name === 'Job/migrate')?.result, 'Failed');
    }),
  );

  it(
    'is superseded if another operation replaced its own unseen',
    onEachNode(async ({ argocd, make, run }) => {
      make('shop', job('migrate', { hook: 'PreSync', exit: 1, seconds: 2 }), configMap('a'));
      argocd.faults.add({ path: /\/stream\//, times: Infinity, fault: { kind: 'silentStream' } });
      argocd.syncAfter('anna', 'shop');
      const step = await run();
      assert.equal(step.result, 'Failed');
      assert.equal(step.outputs['outcome'], 'superseded');
      assert.match(step.outputs['message'] ?? '', /anna/);
    }),
  );

  it(
    'is blocked by a closed sync window, and says when it opens',
    onEachNode(async (stage) => {
      const { argocd, make, run } = stage;
      make('shop', configMap('a'));
      argocd.setSyncWindows([denyAlways]);
      const step = await run();
      assert.equal(step.result, 'Failed');
      assert.equal(step.outputs['outcome'], 'blocked');
      assert.match(errorsOf(step).join('\n'), /window/);
      assert.deepEqual(deployed(stage), []);
    }),
  );

  it(
    'times out, and ends its own operation if told to',
    onEachNode(async ({ argocd, make, run }) => {
      make('shop', forever, configMap('a'));
      const step = await run({ timeoutSeconds: 1, onTimeout: 'terminate' });
      assert.equal(step.result, 'Failed');
      assert.equal(step.outputs['outcome'], 'timedOut');
      assert.match(step.outputs['message'] ?? '', /within 1 s/);
      await argocd.until('shop', (application) => application?.operation === undefined);
    }),
  );

  it(
    'syncs several applications, and a failed one hides none',
    onEachNode(async (stage) => {
      const { make, run } = stage;
      make('one', configMap('a'));
      make('bad', brokenMigrate, configMap('a'));
      make('two', configMap('a'));
      const step = await run({ applications: 'one, bad,one\ntwo' });
      assert.equal(step.result, 'Failed');
      assert.equal(step.outputs['outcome'], 'failed');
      assert.match(step.outputs['applicationUrl'] ?? '', /\/bad$/);
      assert.deepEqual(
        resultOf(step).applications.map(({ name, outcome }) => [name, outcome]),
        [
          ['one', 'succeeded'],
          ['bad', 'failed'],
          ['two', 'succeeded'],
        ],
      );
      const closing = step.lines.indexOf('3 applications: 2 succeeded, 1 failed');
      assert.ok(closing > 0, step.lines.join('\n'));
      assert.match(step.lines.slice(closing).join('\n'), /one +succeeded[^]*bad +failed[^]*two/);
      assert.equal(step.attachments[0]?.name, 'Argo CD sync of 3 applications');
      assert.equal(errorsOf(step).length, 1);
      assert.equal(deployed(stage, 'two').length, 1);
    }),
  );

  it(
    'waits until somebody else has deployed the revision',
    onEachNode(async (stage) => {
      const { argocd, make, push, start } = stage;
      make('shop', configMap('a'));
      const sha = push('shop', configMap('a', { value: 'y' }));
      const running = start({ action: 'wait', revision: sha });
      await argocd.sleep(10_000);
      assert.equal(argocd.syncAs('anna', 'shop', { revision: sha }), true);
      const step = await running.done;
      assertSound(step);
      assert.equal(step.result, 'Succeeded', step.lines.join('\n'));
      assert.equal(step.outputs['revision'], sha);
      assert.deepEqual(posts(stage), []);
    }),
  );

  it(
    'rolls back to the previous deployment',
    onEachNode(async (stage) => {
      const { make, push, run } = stage;
      const first = make('shop', configMap('a'));
      await run();
      const second = push('shop', configMap('a', { value: 'y' }));
      await run();
      const step = await run({ action: 'rollback' });
      assert.equal(step.outputs['outcome'], 'succeeded', step.lines.join('\n'));
      assert.equal(step.outputs['revision'], first);
      assert.deepEqual(deployed(stage), [first, second, first]);
      assert.match(step.lines[0] ?? '', /^Roll shop back to the previous deployment on http/);
    }),
  );

  it(
    'terminates an operation, whoever started it',
    onEachNode(async ({ argocd, make, run }) => {
      make('shop', forever, configMap('a'));
      argocd.syncAs('anna', 'shop');
      await argocd.until('shop', (application) => application?.status.operationState !== undefined);
      const step = await run({ action: 'terminate' });
      assert.equal(step.outputs['outcome'], 'succeeded', step.lines.join('\n'));
      assert.equal(argocd.application('shop')?.operation, undefined);
    }),
  );

  it(
    'changes nothing in a dry run',
    onEachNode(async (stage) => {
      const { argocd, make, run } = stage;
      make('shop', configMap('a'));
      const step = await run({ dryRun: true });
      assert.equal(step.outputs['outcome'], 'succeeded', step.lines.join('\n'));
      assert.match(step.lines[0] ?? '', /^Dry run: sync shop /);
      assert.equal(
        argocd.object({ kind: 'ConfigMap', namespace: 'ns-shop', name: 'a' }),
        undefined,
      );
      assert.deepEqual(deployed(stage), []);
    }),
  );

  it(
    'syncs only the selected resources, and says that no hooks run',
    onEachNode(async ({ argocd, make, run }) => {
      make('shop', migrate, configMap('a'), configMap('b'), service('web'));
      const step = await run({ resources: 'ConfigMap:*', waitFor: 'operation' });
      assert.ok(step.result.startsWith('Succeeded'), step.lines.join('\n'));
      const is = (kind: string, name: string) =>
        argocd.object({ kind, namespace: 'ns-shop', name }) !== undefined;
      assert.deepEqual(
        [is('ConfigMap', 'a'), is('ConfigMap', 'b'), is('Service', 'web')],
        [true, true, false],
      );
      assert.match(step.lines.join('\n'), /no hooks/);
    }),
  );

  it(
    'has issues if hooks were skipped by strategy apply',
    onEachNode(async ({ make, run }) => {
      make('shop', migrate, configMap('a'));
      const step = await run({ strategy: 'apply' });
      assert.equal(step.result, 'SucceededWithIssues', step.lines.join('\n'));
      assert.equal(step.outputs['outcome'], 'succeeded');
      assert.match(step.lines.join('\n'), /##\[warning\]shop: .*hook/i);
      assert.match(summaryOf(step), /### Needs attention/);
    }),
  );

  it(
    'succeeds only if the expected images run',
    onEachNode(async ({ make, run }) => {
      make('shop', deployment('web', { tag: '1.28' }));
      const [good, bad] = await Promise.all([
        run({ expectImages: 'nginx:1.28' }),
        run({ expectImages: 'nginx:1.29', timeoutSeconds: 1, whenBusy: 'join' }),
      ]);
      assert.equal(good.outputs['outcome'], 'succeeded', good.lines.join('\n'));
      assert.equal(bad.outputs['outcome'], 'timedOut', bad.lines.join('\n'));
      assert.match(bad.outputs['message'] ?? '', /nginx:1\.29/);
    }),
  );

  it(
    'publishes nothing if told so, and leaves the result to later steps of the job',
    onEachNode(async ({ make, run }) => {
      make('shop', configMap('a'));
      const step = await run({ publishSummary: false });
      assert.deepEqual(step.attachments, []);
      assert.equal(resultOf(step).outcome, 'succeeded');
    }),
  );

  it(
    'finds its applications by a selector, or finds none',
    onEachNode(async ({ argocd, push, run }) => {
      for (const name of ['one', 'two']) {
        push(name, configMap('a'));
        argocd.createApplication(name, { metadata: { labels: { team: 'shop' } } });
      }
      const [found, none] = await Promise.all([
        run({ applications: '', selector: 'team=shop' }),
        run({ applications: '', selector: 'team=other' }),
      ]);
      assert.equal(resultOf(found).applications.length, 2, found.lines.join('\n'));
      assert.equal(none.result, 'Failed');
      assert.match(errorsOf(none).join('\n'), /team=other/);
    }),
  );

  it(
    'sends no more requests to Argo CD than necessary if nothing goes wrong',
    onEachNode(async ({ argocd, make, run }) => {
      make('shop', configMap('a'));
      await run();
      const streams = argocd.requests.filter(({ path }) => path.includes('/stream/'));
      assert.equal(streams.length, 1);
      assert.ok(argocd.requests.length - streams.length <= 5);
    }),
  );

  it(
    'fails for manifests that cannot be parsed, with their fault',
    onEachNode(async ({ argocd, make, run }) => {
      make('shop', configMap('a'));
      argocd.commit('shop', { 'all.yaml': `${files(configMap('a'))['all.yaml'] ?? ''}  x: { y\n` });
      const step = await run();
      assert.equal(step.outputs['outcome'], 'failed', step.lines.join('\n'));
      assert.match(errorsOf(step).join('\n'), /ComparisonError|YAML|yaml/);
    }),
  );
});
