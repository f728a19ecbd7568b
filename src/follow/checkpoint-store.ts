import type { ApplicationName } from '../sync/model/application.ts';
import type { Memory } from '../sync/model/memory.ts';
import type { ApplicationResult, OperationStep } from '../sync/model/outcome.ts';
import type { KeptPlan, StoredPlan } from '../sync/plan/plan.ts';
import type { HeldSteps } from './held-steps.ts';

/** What is known of one application between looks: plain data, to be stored and resumed. */
export interface Checkpoint {
  readonly memory: Memory;
  /** The steps so far, with the times at which we saw them. */
  readonly steps: readonly OperationStep[];
  /** Those that were not reported yet; absent where all were. */
  readonly held?: HeldSteps;
}

/** What was kept of an application. */
export interface StoredState {
  readonly checkpoint?: Checkpoint;
  readonly plan?: StoredPlan;
  readonly result?: ApplicationResult;
}

/**
 * Stores what a run knows, so that another process can resume it. `path` names an application
 * within a run: those that manage it, and then itself.
 */
export interface CheckpointStore {
  /** What is stored of an application, if anything. */
  recall(path: string): StoredState | undefined;
  /** The applications that a selector found. Resolves when they are stored. */
  found(names: readonly ApplicationName[]): Promise<void>;
  /** Resolves when it is stored durably; changes in Argo CD wait for it. */
  keep(path: string, checkpoint: Checkpoint): Promise<void>;
  /** The plan of the operation, once it is known; it is large, and does not change. */
  plan(path: string, plan: KeptPlan): void;
  /**
   * The application has ended for this run. What is reported in the same turn is stored with it.
   */
  end(path: string, result: ApplicationResult): void;
}
