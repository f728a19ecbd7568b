import type { ApplicationName } from '../sync/model/application.ts';
import type { Memory } from '../sync/model/memory.ts';
import type { ApplicationResult, OperationStep } from '../sync/model/outcome.ts';
import type { KeptPlan, StoredPlan } from '../sync/plan/plan.ts';
import type { HeldSteps } from './held-steps.ts';

/** What is known of one application between looks: plain data, to be stored and taken up again. */
export interface Checkpoint {
  readonly memory: Memory;
  /** The steps so far, with the times at which we saw them. */
  readonly steps: readonly OperationStep[];
  /** What of them is not told yet; absent where all is. */
  readonly held?: HeldSteps;
}

/** What was kept of an application. */
export interface StoredState {
  readonly checkpoint?: Checkpoint;
  readonly plan?: StoredPlan;
  readonly result?: ApplicationResult;
}

/**
 * Keeps what a run knows, so that another process can take it up where this one was cut off. `path`
 * names an application within a run: itself, after those that manage it.
 */
export interface CheckpointStore {
  /** What was kept of an application, if anything was. */
  recall(path: string): StoredState | undefined;
  /** The applications that a selector found. Resolves when they are kept. */
  found(names: readonly ApplicationName[]): Promise<void>;
  /** Resolves when it is kept for good; changes in Argo CD wait for it. */
  keep(path: string, checkpoint: Checkpoint): Promise<void>;
  /** The plan of the operation, once it is known; it is large, and stays as it is. */
  plan(path: string, plan: KeptPlan): void;
  /** The application has ended for this run. What is told in the same turn is kept with it. */
  end(path: string, result: ApplicationResult): void;
}
