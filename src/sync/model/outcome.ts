import type { ApplicationName, Health, ResourceKey, SyncStatus } from './application.ts';
import type { FollowUpReport } from './follow-up-report.ts';
import type { OperationPhase, SyncPhase } from './operation.ts';

/** How a run ended, best to worst: the worst of several applications is the run's. */
export const outcomes = [
  'succeeded',
  'superseded',
  'canceled',
  'blocked',
  'timedOut',
  'failed',
] as const;
export type Outcome = (typeof outcomes)[number];

/**
 * One reason why an application did not reach its goal, complete enough that a person need not look
 * elsewhere. `title` is ours; `message` is Argo CD's text, foreign and of any length.
 */
export interface Cause {
  readonly title: string;
  readonly message: string;
  /** What to do about it, where we know. */
  readonly advice: string;
  readonly resource: ResourceKey | undefined;
  /** The last lines of the failed hook's pod. */
  readonly log: readonly string[];
}

/** It worked, but something needs attention: the task ends as SucceededWithIssues. */
export interface RunWarning {
  readonly title: string;
  readonly message: string;
}

/** The state of a step; all but the first two are final. */
export type StepState = 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Pruned' | 'PruneSkipped';

/** One resource or hook on its way through an operation. Times are ours, in milliseconds. */
export interface OperationStep extends ResourceKey {
  readonly phase: SyncPhase;
  /** Absent for SyncFail, which has no waves, and where the plan does not know the resource. */
  readonly wave: number | undefined;
  /** Its position in the plan, from 0; absent where the plan does not know the resource. */
  readonly order?: number;
  readonly hook: boolean;
  readonly state: StepState;
  readonly message: string;
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
  /** The number of retries before this result; 0 is the first attempt. */
  readonly attempt: number;
  /** Of a dry run: nothing was done, whatever the state says. */
  readonly dryRun?: boolean;
}

/** The end of the followed operation. */
export interface OperationReport {
  /** It carried our marker; false when it was joined, followed, or only waited for. */
  readonly ours: boolean;
  readonly phase: OperationPhase;
  readonly message: string;
  readonly revisions: readonly string[];
  /** Argo CD's clock, in milliseconds since the epoch. */
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
  readonly retryCount: number;
  readonly initiatedBy: string;
}

/** The result of the run for one application, as log, summary, outputs and attachment show it. */
export interface ApplicationResult extends ApplicationName {
  readonly outcome: Outcome;
  /** One sentence: what happened. */
  readonly message: string;
  readonly causes: readonly Cause[];
  readonly concerns: readonly RunWarning[];
  readonly operation: OperationReport | undefined;
  /** How we know that it is live; shown so that the answer can be trusted. */
  readonly evidence: string;
  /** By attempt, phase, wave and position in the plan. */
  readonly steps: readonly OperationStep[];
  /** What was deployed, one per source; none where nothing was. */
  readonly revisions: readonly string[];
  /**
   * The Git repository of each revision, without credentials; empty where it comes from none. Absent
   * where that is not known, and in what an earlier version stored.
   */
  readonly repositories?: readonly string[];
  /** The dry commit that these were hydrated from; absent where there is no hydrator. */
  readonly drySourceRevision?: string;
  /** Its repository, without credentials. */
  readonly drySourceRepository?: string;
  readonly syncStatus: SyncStatus | undefined;
  readonly health: Health | undefined;
  readonly images: readonly string[];
  /** The application's page in Argo CD. */
  readonly url: string;
  /** Local clock, milliseconds. */
  readonly startedAt: number;
  readonly finishedAt: number;
  /** The child applications that were waited for, in the order in which they were found. */
  readonly children: readonly ChildReport[];
  /** What events of the operation have started in Azure DevOps; absent where nothing. */
  readonly followUps?: readonly FollowUpReport[];
}

/** An application that the followed one manages (app of apps), as it was at the end of the run. */
export interface ChildReport extends ApplicationName {
  readonly ready: boolean;
  readonly syncStatus: SyncStatus;
  readonly health: Health;
  /** Why it is not ready; empty when it is. */
  readonly why: string;
}

/** What the follower reports while it works; each is reported once, when it changes. */
export type Progress =
  /** The state of the search for a selector's applications, before there is one to follow. */
  | { readonly kind: 'search'; readonly level: 'info' | 'warning'; readonly message: string }
  | {
      readonly kind: 'notice';
      readonly application: ApplicationName;
      /**
       * `issue`: a warning that the run's page shows, too. None of them changes the run's result.
       */
      readonly level: 'info' | 'warning' | 'issue';
      readonly message: string;
    }
  | { readonly kind: 'step'; readonly application: ApplicationName; readonly step: OperationStep }
  /** What is being waited for now. */
  | { readonly kind: 'status'; readonly application: ApplicationName; readonly message: string }
  /** Steps that have ended, out of those in the plan. */
  | {
      readonly kind: 'progress';
      readonly application: ApplicationName;
      readonly done: number;
      readonly total: number;
    }
  | {
      readonly kind: 'followUp';
      readonly application: ApplicationName;
      readonly followUp: FollowUpReport;
    }
  | { readonly kind: 'result'; readonly result: ApplicationResult };
