import type { Secret } from '../../secret.ts';

/** The fields of a plan that prove a run. */
export interface OrchestrationPlan {
  readonly planId: string;
  /** GUID of its project. */
  readonly scopeIdentifier: string;
  /** Gate plans up to version 12 require other ids in events (azure-devops.md §2.2). */
  readonly version: number | undefined;
  readonly state: string | undefined;
}

/** The fields of a timeline record that we read. */
export interface TimelineRecord {
  readonly id: string;
  readonly parentId: string | undefined;
  readonly type: string | undefined;
  readonly name: string | undefined;
  /** Name of the task, such as `ArgoCDSyncDirect`; absent if the record is not a task. */
  readonly taskName?: string;
  readonly state: 'pending' | 'inProgress' | 'completed' | undefined;
  readonly result: string | undefined;
}

/** An error or warning on a timeline record; the run's page shows it. */
export interface Issue {
  readonly type: 'error' | 'warning';
  readonly message: string;
}

/** Changes to a record; absent fields stay unchanged (azure-devops.md §2.4). */
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

/** The result of a task, as Azure DevOps spells it (`TaskResult`). */
export type TaskHubResult =
  'succeeded' | 'succeededWithIssues' | 'failed' | 'canceled' | 'skipped' | 'abandoned';

/** A log of a record, and its length. */
export interface LogState {
  readonly id: number;
  /** How many lines the log has. */
  readonly lineCount: number;
}

/** The events that a plan receives about a task; `TaskCompleted` ends the task. */
export type TaskEvent =
  | { readonly name: 'TaskStarted' }
  | { readonly name: 'TaskCompleted'; readonly result: TaskHubResult };

/** A file on the task's record: the summary of a run, or a result for other extensions. */
export interface Attachment {
  /** Such as `DistributedTask.Core.Summary`, or our own type. */
  readonly type: string;
  readonly name: string;
  readonly text: string;
}

/**
 * Provides and renews tokens of an identity that outlives jobs. `collection` is as `Collections` returns
 * it. With `refused`, a token other than that one, which was refused; or the same if there is no other.
 * Rejects with an `AzureError`, or with the signal's reason.
 */
export type TokenSource = (
  collection: string,
  signal: AbortSignal,
  refused?: Secret,
) => Promise<Secret>;

/**
 * What a handler may do with a run, mostly with the run's own token. Every call ends by its own timeout,
 * or by the signal with the signal's reason; all other failures are `AzureError`s. Calls are not
 * retried.
 */
export interface TaskHub {
  plan(signal: AbortSignal): Promise<OrchestrationPlan>;
  records(signal: AbortSignal): Promise<readonly TimelineRecord[]>;
  updateRecords(records: readonly RecordUpdate[], signal: AbortSignal): Promise<void>;
  /** Creates the log of the task's record, or returns the existing one. */
  createLog(signal: AbortSignal): Promise<LogState>;
  /** Appends lines; not idempotent (azure-devops.md §12.10). */
  appendLog(id: number, lines: readonly string[], signal: AbortSignal): Promise<LogState>;
  attach(attachment: Attachment, signal: AbortSignal): Promise<void>;
  /** `planVersion` decides which ids the hub `gates` requires. */
  post(event: TaskEvent, planVersion: number | undefined, signal: AbortSignal): Promise<void>;
  /** The status of the run's own build: `canceling` and `completed` end a check. */
  buildStatus(buildId: number, signal: AbortSignal): Promise<string>;
  /** The name of the project whose id is in the address. */
  projectName(signal: AbortSignal): Promise<string>;
}
