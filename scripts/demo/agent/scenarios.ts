import type { TaskRun } from '../../../simulators/agent/agent.ts';
import type { ArgoCDSimulator } from '../../../simulators/argo-cd/simulator.ts';
import { configMap, hook, service, type Manifest } from '../manifests.ts';
import {
  alarm,
  applicationName,
  failingSmokeTest,
  migrate,
  smokeTest,
  workloads,
} from '../shop.ts';

/** One run of the demo. */
export interface Scenario {
  readonly name: string;
  /** What is shown, and what to look for: one line each. */
  readonly shows: string;
  readonly lookFor: string;
  /** What the pipeline has pushed for this run. */
  readonly manifests: readonly Manifest[];
  /** What somebody else does meanwhile. */
  readonly meanwhile?: (argocd: ArgoCDSimulator) => void;
  readonly expected: Expectation;
}

export interface Expectation {
  readonly result: TaskRun['result'];
  readonly outcome: string;
  /** Texts that the log must contain. */
  readonly says: readonly string[];
}

/** The five runs, in the order in which they are shown. */
export const scenarios: readonly Scenario[] = [
  {
    name: 'success',
    shows: 'A sync that works: PreSync migrates, three waves are applied, PostSync tests the shop.',
    lookFor:
      'each line is a change, with its phase and wave; the step ends when the test has ended.',
    manifests: [migrate, ...workloads, smokeTest, alarm],
    expected: {
      result: 'Succeeded',
      outcome: 'succeeded',
      says: ['Job/migrate', 'ConfigMap/settings', 'Deployment/web', 'Job/smoke-test'],
    },
  },
  {
    name: 'presync-fails',
    shows: 'The migration before the sync fails: nothing is applied, and SyncFail runs.',
    lookFor: "the last lines of the migration's own log, fetched from its pod, in the error.",
    manifests: [
      hook('migrate', {
        phase: 'PreSync',
        seconds: 1,
        exitCode: 3,
        log: [
          'migrating shop from 41 to 42',
          'ALTER TABLE orders ADD COLUMN currency',
          'ERROR: column "currency" of relation "orders" already exists',
        ],
      }),
      ...workloads,
      smokeTest,
      alarm,
    ],
    expected: {
      result: 'Failed',
      outcome: 'failed',
      says: ['PreSync hook Job/migrate failed', '| ERROR: column "currency"', 'Job/alarm'],
    },
  },
  {
    name: 'invalid-manifest',
    shows: 'A Service with a port that Kubernetes refuses, which no dry run on the client finds.',
    lookFor: "the API server's reason, and that PreSync ran first: its migration is done.",
    manifests: [migrate, configMap('settings', -1), service('web', 0, 99_999), smokeTest, alarm],
    expected: {
      result: 'Failed',
      outcome: 'failed',
      says: ['Service/web', 'must be between 1 and 65535'],
    },
  },
  {
    name: 'postsync-fails',
    shows: 'Everything is Synced and Healthy, and then the PostSync test fails: the step is red.',
    lookFor: 'outputs that say Synced and Healthy, but outcome failed. Others end green here.',
    manifests: [migrate, ...workloads, failingSmokeTest, alarm],
    expected: {
      result: 'Failed',
      outcome: 'failed',
      says: ['PostSync hook Job/smoke-test failed', '| cart: no route to host'],
    },
  },
  {
    name: 'superseded',
    shows: 'Somebody ends our sync and starts another, and the message about its end is lost.',
    lookFor:
      'who replaced it, and with what: the success of the other sync does not count as ours.',
    manifests: [migrate, ...workloads, smokeTest, alarm],
    meanwhile: replaceOperation,
    expected: { result: 'Failed', outcome: 'superseded', says: ['anna'] },
  },
];

/** Less than the migration takes, in simulated milliseconds. */
const someTime = 700;

/** Ends the operation while PreSync runs, and starts another as soon as the first is gone. */
function replaceOperation(argocd: ArgoCDSimulator): void {
  argocd.faults.add({
    path: /^\/api\/v1\/stream\//,
    times: Infinity,
    fault: {
      kind: 'losingStream',
      loses: ({ application }) => application.operation === undefined,
    },
  });
  const stop = argocd.watch(({ application }) => {
    const { operationState } = application.status;
    const running = operationState?.syncResult?.resources ?? [];
    if (operationState?.phase !== 'Running' || running.length === 0) return;
    stop();
    void argocd.sleep(someTime).then(() => {
      argocd.syncAfter('anna', applicationName);
      argocd.terminate(applicationName);
    });
  });
}
