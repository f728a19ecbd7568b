import { configMap, files, job as kubernetesJob } from '../../manifests.ts';
import type { Run } from '../../../simulators/azure-devops/run-view.ts';
import { differs, doubledLines, openRecords } from './inspection.ts';
import type { Installation } from './installation.ts';

/** One of several concurrent runs. */
export interface MixedRun {
  readonly kind: string;
  readonly done: Promise<unknown>;
  /** What is wrong once it is done and the handler is idle. */
  inspect(): readonly string[];
}

type Begin = (
  installation: Installation,
  application: string,
  random: () => number,
) => Omit<MixedRun, 'kind'>;

/** How often Azure DevOps tries again: most tries find no listening handler. */
const retries = 12;

const migration = (exit = 0) => kubernetesJob('migrate', { hook: 'PreSync', exit });

/** Every kind of run, each with its own application. */
export const mixedRuns: Readonly<Record<string, Begin>> = {
  success: (installation, application) => {
    make(installation, application, migration(), configMap('settings'));
    const run = installation.sync(
      { applications: application },
      { retryCountOnTaskFailure: retries },
    );
    return {
      done: run.done,
      inspect: () => [
        ...differs('its syncs', syncsOf(installation, application), 1),
        ...differs('its completions', completionsOf(installation, run), ['succeeded']),
        ...differs('its end', run.job.plan.result, 'succeeded'),
        ...tombstoneOf(run),
      ],
    };
  },
  failure: (installation, application) => {
    make(installation, application, migration(1));
    const run = installation.sync({ applications: application });
    return {
      done: run.done,
      inspect: () =>
        wasTaken(run)
          ? [
              ...differs('its syncs', syncsOf(installation, application), 1),
              ...differs('its completions', completionsOf(installation, run), ['failed']),
              ...tombstoneOf(run),
            ]
          : tombstoneOf(run),
    };
  },
  retry: (installation, application) => {
    make(installation, application, migration(1));
    const run = installation.sync(
      { applications: application },
      { retryCountOnTaskFailure: retries },
    );
    const stop = run.job.plan.onEvent(({ name }) => {
      if (name !== 'TaskCompleted') return;
      stop();
      installation.argocd.commit(application, files(migration(), configMap('settings')));
    });
    return {
      done: run.done,
      inspect: () => [
        ...differs('its completions', completionsOf(installation, run), ['failed', 'succeeded']),
        ...differs('its end', run.job.plan.result, 'succeeded'),
      ],
    };
  },
  cancellation: (installation, application, random) => {
    make(installation, application, kubernetesJob('migrate', { hook: 'PreSync', forever: true }));
    const run = installation.sync({ applications: application, onCancel: 'terminate' });
    setTimeout(() => run.cancel(), random() * 2_000);
    return {
      done: run.done,
      inspect: () => [
        ...differs('the completions beyond one', completionsOf(installation, run).slice(1), []),
        ...differs(
          'the operation that goes on',
          installation.argocd.application(application)?.operation,
          undefined,
        ),
        // Nothing can be reported for a plan that has ended: Azure DevOps ends it if nobody
        // listens.
        ...(completionsOf(installation, run).length > 0 ? tombstoneOf(run) : []),
      ],
    };
  },
  check: (installation, application) => {
    make(installation, application, migration(), configMap('settings'));
    const check = installation.check(application);
    installation.argocd.syncAs('somebody', application);
    return {
      done: check.done,
      inspect: () => [
        ...differs('its syncs', syncsOf(installation, application), 0),
        ...(wasTaken(check)
          ? differs('its completions', completionsOf(installation, check), ['succeeded'])
          : []),
        ...tombstoneOf(check),
      ],
    };
  },
  gate: (installation, application) => {
    make(installation, application, configMap('settings'));
    const gate = installation.gate({ applications: application });
    return {
      done: gate.done,
      inspect: () => {
        // Whether it passes depends on when it is asked; whether it gets a response does not.
        const answers = gate.execution.sent.flatMap(({ answer }) => answer?.status ?? []);
        return answers.flatMap((status) => differs('its answer', status, 200));
      },
    };
  },
};

function make({ argocd }: Installation, application: string, ...manifests: string[]): void {
  argocd.commit(application, files(...manifests));
  argocd.createApplication(application);
}

function syncsOf({ syncs }: Installation, application: string): number {
  return syncs.filter((sync) => sync.application === application).length;
}

function completionsOf({ azure }: Installation, { job }: Run): readonly unknown[] {
  const accepted = azure.completions(job).filter((completion) => completion.accepted);
  return accepted.map(({ result }) => result);
}

/** Whether Azure DevOps learned that it was accepted: otherwise, it failed the task by itself. */
function wasTaken({ executions }: Run): boolean {
  return executions.some(({ sent }) => sent.some(({ answer }) => answer?.status === 202));
}

/** What is wrong with the log and the records of a run that was reported to its end. */
function tombstoneOf({ job: { plan } }: Run): readonly string[] {
  return [
    ...differs('the lines that its log has twice', doubledLines(plan), []),
    ...differs('the records that are left open', openRecords(plan), []),
  ];
}
