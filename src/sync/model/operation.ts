import type { ResourceKey, Source } from './application.ts';

/** The row of `operation.info` that says whose an operation is. */
export const markerName = 'azure-pipelines/run';

/** The row that says a run's number and page, for people, and which run of Azure DevOps it was. */
export const runRowName = 'Run';

/** A row of `operation.info`, which Argo CD stores with the operation as it came. */
export interface InfoRow {
  readonly name: string;
  readonly value: string;
}

/** What was asked of Argo CD: `.operation`, or `.status.operationState.operation`. */
export interface Operation {
  /** False for an operation that is no sync; Argo CD ends it as an error. */
  readonly sync: boolean;
  readonly revisions: readonly string[];
  readonly dryRun: boolean;
  readonly prune: boolean;
  /** `apply` runs no hooks; absent means `hook`. */
  readonly strategy: 'hook' | 'apply';
  /** Absent, like all that follows and may be, in what an elder version of this program kept. */
  readonly force?: boolean;
  /** What it deploys from; absent where the operation leaves that to the application. */
  readonly sources?: readonly Source[];
  /** `sources` is a list in the operation, be it of one: then only its `revisions` count. */
  readonly multiSource?: boolean;
  readonly syncOptions?: readonly string[];
  /** It carries its manifests with it (`argocd app sync --local`), and reads none of its sources. */
  readonly isLocal?: boolean;
  readonly retry?: StoredRetry;
  /** More than none: a selective sync, which runs no hooks and leaves no history. */
  readonly resources: readonly ResourceKey[];
  readonly info: readonly InfoRow[];
  readonly initiatedBy: { readonly username: string; readonly automated: boolean };
  /** Text that is equal exactly when two operations ask for the same, for those without a marker. */
  readonly fingerprint: string;
}

/** How often a failed attempt is repeated; durations are Go's, empty where Argo CD's own count. */
export interface StoredRetry {
  readonly limit: number;
  readonly duration: string;
  readonly factor: number | undefined;
  readonly maxDuration: string;
  /** Each attempt resolves the revisions again. */
  readonly refresh?: boolean;
}

/** Phases of an operation (`operationState.phase`); the last three are final. */
export const operationPhases = ['Running', 'Terminating', 'Succeeded', 'Failed', 'Error'] as const;
export type OperationPhase = (typeof operationPhases)[number];

/** When a hook or resource is worked during a sync; `SyncFail` only after a failure. */
export type SyncPhase = 'PreSync' | 'Sync' | 'PostSync' | 'SyncFail';

/** What an operation did with one resource or hook; Argo CD gives neither wave nor time. */
export interface ResourceResult extends ResourceKey {
  readonly status: 'Synced' | 'SyncFailed' | 'Pruned' | 'PruneSkipped' | undefined;
  readonly message: string;
  /** Present for hooks only. */
  readonly hookType: SyncPhase | undefined;
  /** Set for ordinary resources too, which may end as `Running`: that is not unfinished. */
  readonly hookPhase: OperationPhase | undefined;
  readonly syncPhase: SyncPhase | undefined;
}

/**
 * The current or last operation (`status.operationState`). Times are Argo CD's, in milliseconds.
 */
export interface OperationState {
  readonly operation: Operation;
  readonly phase: OperationPhase;
  readonly message: string;
  readonly startedAt: number;
  /** Also set while a failed attempt waits for its retry. */
  readonly finishedAt: number | undefined;
  readonly retryCount: number;
  /** The revisions that were synced; absent until the first pass pinned them. */
  readonly revisions: readonly string[];
  readonly results: readonly ResourceResult[];
}

/** The marker of the run that asked for an operation; absent for everyone else's. */
export function markerOf(operation: Operation | undefined): string | undefined {
  return operation?.info.find(({ name }) => name === markerName)?.value;
}

/** An ended phase: nothing follows it, unless the operation is still asked for. */
export function isEnded(phase: OperationPhase): phase is 'Succeeded' | 'Failed' | 'Error' {
  return phase === 'Succeeded' || phase === 'Failed' || phase === 'Error';
}

/** Ended by a person, a pipeline or a timeout of the controller (recording `terminate`). */
export function wasTerminated(state: OperationState): boolean {
  return isEnded(state.phase) && /^Operation terminat(ed|ion)/.test(state.message);
}

/** Whether its success is written to the history: only that of a full sync is (argo-cd.md §2.1). */
export function leavesHistory(operation: Operation): boolean {
  return !operation.dryRun && operation.resources.length === 0;
}

/** Whether it deploys all that its revisions hold, and no manifests that it carries with it. */
export function deploysRevisions(operation: Operation): boolean {
  return leavesHistory(operation) && operation.isLocal !== true;
}

/** The revisions that an operation works with: those that it pinned, until then those asked for. */
export function revisionsOf({ revisions, operation }: OperationState): readonly string[] {
  return revisions.length > 0 ? revisions : operation.revisions;
}

/**
 * A failed attempt that Argo CD will repeat: `Running`, and yet with an end. In a first attempt that is
 * a leftover of the state before: Argo CD 3.5 writes its states over each other.
 */
export function awaitsRetry({
  phase,
  finishedAt,
  retryCount = 1,
}: Pick<OperationState, 'phase' | 'finishedAt'> & {
  readonly retryCount?: number;
}): boolean {
  return phase === 'Running' && finishedAt !== undefined && retryCount > 0;
}
