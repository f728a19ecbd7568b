import type { Secret } from '../../secret.ts';

/** A plan, as far as it proves a run. */
export interface OrchestrationPlan {
  readonly planId: string;
  /** GUID of the project that it belongs to. */
  readonly scopeIdentifier: string;
  /** Plans of gates up to version 12 want other ids in events (azure-devops.md §2.2). */
  readonly version: number | undefined;
  readonly state: string | undefined;
}

/** A timeline record, as far as we read it. */
export interface TimelineRecord {
  readonly id: string;
  readonly parentId: string | undefined;
  readonly type: string | undefined;
  readonly name: string | undefined;
  /** Name of the task that it is a step of, such as `ArgoCDSyncDirect`; absent for what is no task. */
  readonly taskName?: string;
  readonly state: 'pending' | 'inProgress' | 'completed' | undefined;
  readonly result: string | undefined;
}

/** An error or warning on a timeline record, which the run's page shows. */
export interface Issue {
  readonly type: 'error' | 'warning';
  readonly message: string;
}

/** What is changed of a record; what is absent stays as it is (azure-devops.md §2.4). */
export interface RecordUpdate {
  readonly id: string;
  readonly parentId?: string;
  readonly type?: string;
  readonly name?: string;
  readonly order?: number;
  /** ISO 8601. */
  readonly startTime?: string;
  readonly finishTime?: string;
  readonly state?: 'pending' | 'inProgress' | 'completed';
  readonly result?: TaskHubResult;
  /** 0 to 100. */
  readonly percentComplete?: number;
  readonly currentOperation?: string;
  readonly errorCount?: number;
  readonly warningCount?: number;
  /** The whole list: it replaces the stored one. */
  readonly issues?: readonly Issue[];
  /** Output variables. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly log?: { readonly id: number };
}

/** How a task ended, in Azure DevOps' words (`TaskResult`). */
export type TaskHubResult =
  'succeeded' | 'succeededWithIssues' | 'failed' | 'canceled' | 'skipped' | 'abandoned';

/** A log of a record, and how far it is written. */
export interface LogState {
  readonly id: number;
  /** Lines that the log holds. */
  readonly lineCount: number;
}

/** What a plan is told of a task; `TaskCompleted` ends it. */
export type TaskEvent =
  | { readonly name: 'TaskStarted' }
  | { readonly name: 'TaskCompleted'; readonly result: TaskHubResult };

/** A file on the task's record: the summary of a run, or a result for other extensions. */
export interface Attachment {
  /** Such as `DistributedTask.Core.Summary`, or a type of ours. */
  readonly type: string;
  readonly name: string;
  readonly text: string;
}

/**
 * Tokens of an identity that outlives jobs, renewed by whoever gives them. `collection` is as
 * `Collections` gives it. Rejects with an `AzureError`, or with the signal's reason.
 */
export type TokenSource = (collection: string, signal: AbortSignal) => Promise<Secret>;

/**
 * What a handler may do with a run, mostly with the run's own token. Every call ends by
 * its own timeout, or by the signal with the signal's reason; all other failures are `AzureError`s.
 * Nothing is repeated here.
 */
export interface TaskHub {
  plan(signal: AbortSignal): Promise<OrchestrationPlan>;
  records(signal: AbortSignal): Promise<readonly TimelineRecord[]>;
  updateRecords(records: readonly RecordUpdate[], signal: AbortSignal): Promise<void>;
  /** The log of the task's record; made if there is none, the same one if there is. */
  createLog(signal: AbortSignal): Promise<LogState>;
  /** Appends lines; it is not idempotent (azure-devops.md §12.10). */
  appendLog(id: number, lines: readonly string[], signal: AbortSignal): Promise<LogState>;
  attach(attachment: Attachment, signal: AbortSignal): Promise<void>;
  /** `planVersion` decides the ids that the hub `gates` wants. */
  post(event: TaskEvent, planVersion: number | undefined, signal: AbortSignal): Promise<void>;
  /** The run's own build, of which only the status counts: `canceling` and `completed` end a check. */
  buildStatus(buildId: number, signal: AbortSignal): Promise<string>;
  /** The name of the project that the address names by its id. */
  projectName(signal: AbortSignal): Promise<string>;
}
