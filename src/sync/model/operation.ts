import type { ResourceKey, Source } from './application.ts';

/** The row of `operation.info` that says which run an operation belongs to. */
export const markerName = 'azure-pipelines/run';

/** The row that says a run's number and page, for people, and which run of Azure DevOps it was. */
export const runRowName = 'Run';

/** A row of `operation.info`, which Argo CD stores with the operation as it came. */
export interface InfoRow {
  readonly name: string;
  readonly value: string;
}

/** What was requested of Argo CD: `.operation`, or `.status.operationState.operation`. */
export interface Operation {
  /** False for an operation that is no sync; Argo CD ends it as an error. */
  readonly sync: boolean;
  readonly revisions: readonly string[];
  readonly dryRun: boolean;
  readonly prune: boolean;
  /** `apply` runs no hooks; absent means `hook`. */
  readonly strategy: 'hook' | 'apply';
  /** Absent, like all optional fields below, in what an earlier version stored. */
  readonly force?: boolean;
  /** What it deploys from; absent where the operation leaves that to the application. */
  readonly sources?: readonly Source[];
  /** `sources` is a list in the operation, even if of one: then only its `revisions` count. */
  readonly multiSource?: boolean;
  readonly syncOptions?: readonly string[];
  /** It brings its own manifests (`argocd app sync --local`), and reads none of its sources. */
  readonly isLocal?: boolean;
  readonly retry?: StoredRetry;
  /** If not empty: a selective sync, which runs no hooks and leaves no history. */
  readonly resources: readonly ResourceKey[];
  readonly info: readonly InfoRow[];
  readonly initiatedBy: { readonly username: string; readonly automated: boolean };
  /**
   * Text that is equal exactly when two operations request the same; for operations without a
   * marker.
   */
  readonly fingerprint: string;
}

/**
 * How often a failed attempt is repeated; durations are Go's, empty where Argo CD's defaults apply.
 */
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

/** When a hook or resource is processed during a sync; `SyncFail` only after a failure. */
export type SyncPhase = 'PreSync' | 'Sync' | 'PostSync' | 'SyncFail';

/** What an operation did with one resource or hook; Argo CD gives neither wave nor time. */
export interface ResourceResult extends ResourceKey {
  readonly status: 'Synced' | 'SyncFailed' | 'Pruned' | 'PruneSkipped' | undefined;
  readonly message: string;
  /** Present for hooks only. */
  readonly hookType: SyncPhase | undefined;
  /** Set for ordinary resources too, whose final state may be `Running`. */
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

/** The marker of the run that requested an operation; absent for all other operations. */
export function markerOf(operation: Operation | undefined): string | undefined {
  return operation?.info.find(({ name }) => name === markerName)?.value;
}

/** A final phase: nothing follows it, unless the operation is still requested. */
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

/** Whether it deploys all that its revisions hold, and no manifests of its own. */
export function deploysRevisions(operation: Operation): boolean {
  return leavesHistory(operation) && operation.isLocal !== true;
}

/** The revisions of an operation: those that it pinned; until then, those that were requested. */
export function revisionsOf({ revisions, operation }: OperationState): readonly string[] {
  return revisions.length > 0 ? revisions : operation.revisions;
}

/**
 * A failed attempt that Argo CD will retry: `Running`, and yet with an end time. In a first
 * attempt, that is left over from the previous state: Argo CD 3.5 writes its states over each
 * other.
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
