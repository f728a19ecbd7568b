import type { Address, ArgoCD } from '../argocd/port.ts';
import type { Goal } from '../sync/model/goal.ts';
import type { InfoRow } from '../sync/model/operation.ts';
import type { Progress } from '../sync/model/outcome.ts';
import type { Authority } from './authority.ts';
import type { Clock } from '../async/clock.ts';
import type { Contact } from './contact.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import type { LogBudget } from './log-budget.ts';
import type { FollowObserver } from './follow-observer.ts';
import type { ChangeSource } from './change-source.ts';

/** What is wanted of one application. Times are local milliseconds. */
export interface FollowSettings {
  readonly address: Address;
  /** Its key in the checkpoint store. */
  readonly path: string;
  readonly goal: Goal;
  readonly deadline: number;
  /** When the run began; where unknown, when its following does. */
  readonly startedAt?: number;
  /** Makes the operation provably this run's (`azure-pipelines/run`). */
  readonly marker: string;
  readonly onTimeout: 'leave' | 'terminate';
  readonly onCancel: 'leave' | 'terminate';
  readonly hookLogLines: number;
  /** How long an ended run may take to terminate its operation, in milliseconds. */
  readonly grace: number;
  /** Rows for people in `operation.info`, besides the marker. */
  readonly info: readonly InfoRow[];
}

/**
 * The state of a follower. `idle`: until a change event, or until a time; `isDeaf`: no change of the
 * application matters.
 */
export type Activity =
  | { readonly kind: 'busy' }
  | { readonly kind: 'idle'; readonly until: number; readonly isDeaf?: true }
  | { readonly kind: 'over' };

/** What following needs from outside. */
export interface FollowPorts {
  readonly argocd: ArgoCD;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  /** The run is canceled, or handed to another process (`Detachment`). */
  readonly signal: AbortSignal;
  readonly tell: (progress: Progress) => void;
  /** Present where the right to act may end while the run waits: nothing is changed without it. */
  readonly authority?: Authority;
  /** Where there is one, another process can resume the run. */
  readonly checkpoints?: CheckpointStore;
  /** With checkpoints, an idle follower may be detached, and another one started at a change. */
  readonly activity?: (path: string, activity: Activity) => void;
  /** Who looks on, and may have more to wait for before a result is told. */
  readonly observer?: FollowObserver | undefined;
  /**
   * Present where one informer watches Argo CD for many runs; otherwise each run opens its own
   * stream.
   */
  readonly changes?: ChangeSource;
  /** Whether Argo CD has ever answered, shared by all that call the same one. */
  readonly contact?: Contact;
  /** The log budget of all applications of the run; without one, each has its own. */
  readonly logBudget?: LogBudget;
}
