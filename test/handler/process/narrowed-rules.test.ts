import assert from 'node:assert/strict';
import { configMap, files, job } from '../../manifests.ts';
import type { ServerJob } from '../../../simulators/azure-devops/server-job.ts';
import { inspectStore, settled } from './inspection.ts';
import { linesOf } from './plan-lines.ts';
import { Installation, until } from './installation.ts';

/** What the narrowed rules no longer allow; test/handler/rights.test.ts tests all cases. */
const narrowings = {
  'the application': (text: string) => text.replace("applications: ['*']", 'applications: [other]'),
  'the AppProject': (text: string) => text.replace("appProjects: ['*']", 'appProjects: [other]'),
  'the action': (text: string) => text.replace('actions: [sync, prune,', 'actions: [prune,'),
  'the Azure project': (text: string) =>
    text.replace('azureProjects: [shop]', 'azureProjects: [other]'),
};

/** How the narrowed rules take effect, and what they remove. */
interface Way {
  readonly how: string;
  readonly taken: readonly (keyof typeof narrowings)[];
  readonly comeInForce: (installation: Installation) => Promise<void>;
}
const ways: readonly Way[] = [
  {
    how: 'by a reload',
    taken: ['the application', 'the action'],
    comeInForce: async ({ handler }) => {
      await until(() => /configuration reloaded/.test(handler.printedNow));
    },
  },
  {
    how: 'by a restart',
    taken: ['the AppProject', 'the Azure project'],
    comeInForce: async ({ handler }) => {
      await handler.kill();
      await handler.start();
    },
  },
];

describe('A run in progress when the rules are narrowed', () => {
  let installation: Installation;
  let run: ServerJob;
  beforeEach(async () => {
    installation = await Installation.open();
    const { argocd } = installation;
    const slow = job('migrate', { hook: 'PreSync', forever: true });
    argocd.commit('shop', files(slow, configMap('settings')));
    argocd.createApplication('shop');
    run = installation.sync({ applications: 'shop' });
    await argocd.until('shop', (shop) => shop?.status.operationState?.phase === 'Running');
    await until(() => linesOf(run.job.plan).some((line) => /Job\/migrate +Running/.test(line)));
  });
  afterEach(() => installation.close());

  for (const { how, taken, comeInForce } of ways) {
    for (const what of taken) {
      it(`${how}, by ${what}, gets no further access and ends with a message about it`, async () => {
        const { argocd, azure, handler } = installation;
        installation.configure(narrowings[what](installation.configText));
        await comeInForce(installation);
        // From now on, the run learns nothing more about the application.
        argocd.terminate('shop');
        await until(() => azure.completions(run.job).length > 0);
        const [completion] = azure.completions(run.job);
        assert.equal(completion?.result, 'failed');
        const { issues, variables } = run.job.plan.record(run.job.taskInstanceId) ?? {};
        assert.match(issues?.[0]?.message ?? '', /rule/);
        assert.equal(variables?.['outcome']?.value, 'failed');
        const told = [
          linesOf(run.job.plan).join('\n'),
          JSON.stringify(run.job.plan.records),
          JSON.stringify(run.job.plan.attachments),
        ].join('\n');
        assert.doesNotMatch(told, /terminat|cut off/i);
        await run.done;
        await settled(installation);
        await handler.kill();
        assert.deepEqual((await inspectStore(installation)).problems, []);
      });
    }
  }
});
