import { hook, type Manifest } from '../manifests.ts';
import { alarm, failingSmokeTest, migrate, smokeTest, workloads } from '../shop.ts';

/** An agentless job that syncs. */
export interface SyncScenario {
  readonly name: string;
  readonly shows: string;
  readonly lookFor: string;
  /** What the pipeline has pushed for this run. */
  readonly manifests: readonly Manifest[];
  /** Also shows the handler's configuration, the pipeline and the whole request. */
  readonly isExplained?: true;
  /** The line of the log at which the handler is killed. It starts again after the PreSync hooks. */
  readonly killedAt?: RegExp;
  readonly expected: {
    readonly result: string;
    readonly outcome: string;
    /** Texts that the log must contain. */
    readonly says: readonly string[];
  };
}

/** Longer than the handler waits between two parts of a log, so that it is seen running. */
const longMigration = hook('migrate', {
  phase: 'PreSync',
  seconds: 7,
  log: ['migrating shop from 41 to 42', 'done'],
});

/** In the order in which they are shown. */
export const syncScenarios: readonly SyncScenario[] = [
  {
    name: 'agentless',
    shows: 'A job without an agent: the handler accepts the sync, follows it and reports it.',
    lookFor: 'the response is immediate, the run grows from outside, and one callback ends it.',
    manifests: [migrate, ...workloads, smokeTest, alarm],
    isExplained: true,
    expected: {
      result: 'succeeded',
      outcome: 'succeeded',
      says: ['Job/migrate', 'ConfigMap/settings', 'Deployment/web', 'Job/smoke-test'],
    },
  },
  {
    name: 'killed',
    shows: 'The same, but the handler is killed while the PreSync hook runs, and starts again.',
    lookFor: 'the log continues where it was; one sync and one completion, as if nothing happened.',
    manifests: [longMigration, ...workloads, smokeTest, alarm],
    killedAt: /Job\/migrate +Running/,
    expected: {
      result: 'succeeded',
      outcome: 'succeeded',
      says: ['The handler was restarted', 'Job/migrate', 'Deployment/web', 'Job/smoke-test'],
    },
  },
  {
    name: 'postsync-fails',
    shows: 'Everything is Synced and Healthy, and then the PostSync test fails: the job is red.',
    lookFor: "the cause, with the last lines of the test's own log, in the log and in the summary.",
    manifests: [migrate, ...workloads, failingSmokeTest, alarm],
    expected: {
      result: 'failed',
      outcome: 'failed',
      says: ['PostSync hook Job/smoke-test failed', '| cart: no route to host'],
    },
  },
];
