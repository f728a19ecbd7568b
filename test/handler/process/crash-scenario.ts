import { configMap, files, job as kubernetesJob } from '../../manifests.ts';
import type { ServerJob } from '../../../simulators/azure-devops/server-job.ts';
import { differs, doubledLines, openRecords, storyOf } from './inspection.ts';
import { until, type Installation } from './installation.ts';

/** A run during which the handler is killed. */
export interface CrashScenario {
  readonly title: string;
  /** What exists before the run. */
  prepare(installation: Installation): void;
  begin(installation: Installation): ServerJob;
  /** Resolves when the relevant part starts. */
  interfere(installation: Installation, run: ServerJob): Promise<void>;
  /** What is wrong at the end; `story` is the log of an undisturbed run. */
  inspect(
    installation: Installation,
    run: ServerJob,
    story: readonly string[] | undefined,
  ): readonly string[];
}

/**
 * Azure DevOps itself fails a task whose request breaks; for us, its next try is the same attempt.
 */
const retries = 6;

export const succeedingSync: CrashScenario = {
  title: 'a sync',
  prepare: ({ argocd }) => {
    const migrate = kubernetesJob('migrate', { hook: 'PreSync' });
    argocd.commit('shop', files(migrate, configMap('settings')));
    argocd.createApplication('shop');
  },
  begin: (installation) =>
    installation.sync({ applications: 'shop' }, { retryCountOnTaskFailure: retries }),
  interfere: () => Promise.resolve(),
  inspect: ({ azure, syncs }, { job }, story) => {
    const { plan, taskInstanceId } = job;
    const own = plan.record(taskInstanceId);
    const completions = azure.completions(job).map(({ result, accepted }) => [result, accepted]);
    const ours = plan.records.filter(({ type }) => type?.startsWith('ArgoCD.'));
    return [
      ...differs('the number of syncs', syncs.length, 1),
      ...differs('the completions', completions, [['succeeded', true]]),
      ...differs('the result of the run', plan.result, 'succeeded'),
      ...differs('the outcome variable', own?.variables?.['outcome']?.value, 'succeeded'),
      ...differs('the progress', own?.percentComplete, 100),
      ...differs('the log', storyOf(plan), story ?? storyOf(plan)),
      ...differs('the lines that the log has twice', doubledLines(plan), []),
      ...differs('the records that are left open', openRecords(plan), []),
      ...differs(
        'the attachments',
        plan.attachments.map(({ type }) => type),
        ['DistributedTask.Core.Summary', 'argocd.result'],
      ),
      ...differs(
        'the records',
        ours.map(({ name, state, result }) => `${name} ${state} ${result}`),
        ['shop', 'PreSync', 'Job/migrate', 'Sync'].map((name) => `${name} completed succeeded`),
      ),
    ];
  },
};

export const canceledSync: CrashScenario = {
  title: 'a cancellation that terminates',
  prepare: ({ argocd }) => {
    argocd.commit('shop', files(kubernetesJob('migrate', { hook: 'PreSync', forever: true })));
    argocd.createApplication('shop');
  },
  begin: (installation) => installation.sync({ applications: 'shop', onCancel: 'terminate' }),
  interfere: async ({ argocd }, run) => {
    await argocd.until('shop', (shop) => shop?.status.operationState?.phase === 'Running');
    // The sync is reported as started, so that none of its reports comes after the cancellation.
    await until(() => run.job.plan.events.some(({ name }) => name === 'TaskStarted'));
    run.cancel();
  },
  inspect: ({ azure, argocd, syncs }, { job }) => {
    const completions = azure.completions(job).filter(({ accepted }) => accepted);
    const { operation, status } = argocd.application('shop') ?? {};
    return [
      ...differs('the number of syncs', syncs.length, 1),
      // If Azure DevOps could not report the cancellation, the task cannot be completed in time.
      ...differs('the completions', completions.slice(1), []),
      ...differs('the result of the run', job.plan.result, 'canceled'),
      ...differs('the operation that goes on', operation, undefined),
      ...differs('the phase of the operation', status?.operationState?.phase, 'Failed'),
      ...differs('the lines that the log has twice', doubledLines(job.plan), []),
      ...(completions.length === 0
        ? []
        : differs('the records that are left open', openRecords(job.plan), [])),
    ];
  },
};
