import type { SeenPhase } from './application-event.ts';
import type { OperationOrigin } from './operation-origin.ts';

/**
 * What must be known of an application between looks, so that each event is reported once. Plain
 * data.
 */
export interface EventMemory {
  readonly uid: string;
  /** The newest operation that was seen. */
  readonly operation: SeenOperation | undefined;
  /** The newest history entry that was reported, or that existed before the first look. */
  readonly historyId: number;
  readonly isDegraded: boolean;
  /** How many times it has become degraded since the first look. */
  readonly degradations: number;
}

/** How much of an operation has been reported. Times are Argo CD's, in milliseconds. */
export interface SeenOperation {
  readonly key: string;
  readonly startedAt: number;
  /** Operations that began in the same second, and ended before it. */
  readonly earlierInSecond: readonly string[];
  readonly origin: OperationOrigin;
  readonly initiatedBy: { readonly username: string; readonly automated: boolean };
  readonly dryRun: boolean;
  /** Whether its success is written to the history. */
  readonly leavesHistory: boolean;
  /** As pinned; as requested until then. */
  readonly revisions: readonly string[];
  /** Those that it pinned; none before that. */
  readonly pinned: readonly string[];
  /** What was deployed before it; undefined where that is unknown. */
  readonly deployedBefore: readonly string[] | undefined;
  readonly attempt: number;
  /** What was reported for this attempt, by the last part of each id. */
  readonly told: readonly string[];
  readonly isEnded: boolean;
  /** When its phases were first seen; absent in what an earlier version stored, and before the first. */
  readonly phases?: readonly SeenPhase[];
}
