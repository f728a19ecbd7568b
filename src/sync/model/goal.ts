import type { InfoRow } from './operation.ts';
import type { SelectionEntry } from '../plan/selection.ts';

/** What to deploy: what the application tracks, one revision, or revisions by source position. */
export type RevisionTarget =
  | { readonly kind: 'tracked' }
  | { readonly kind: 'revision'; readonly revision: string }
  | { readonly kind: 'revisions'; readonly byPosition: readonly PositionedRevision[] };

export interface PositionedRevision {
  /** The source's place in the application, counted from 1. */
  readonly position: number;
  readonly revision: string;
}

export const whenBusyChoices = ['join', 'wait', 'terminate', 'fail'] as const;
export const whenWindowClosedChoices = ['wait', 'fail'] as const;
export const whenSupersededChoices = ['fail', 'succeedIfIncluded', 'follow'] as const;
export const waitForChoices = ['operation', 'health', 'none'] as const;
export const ifMissingChoices = ['fail', 'wait'] as const;

/** What a sync asks of Argo CD beyond the revision; `undefined` keeps the application's own. */
export interface SyncOptions {
  readonly prune: boolean;
  readonly dryRun: boolean;
  readonly force: boolean;
  /** `apply` runs no hooks. */
  readonly strategy: 'hook' | 'apply';
  /** Empty: everything. Otherwise a selective sync, which runs no hooks. */
  readonly resources: readonly SelectionEntry[];
  /** Added to the application's own, never replacing them. */
  readonly syncOptions: readonly string[];
  readonly retry: Retry | undefined;
  readonly info: readonly InfoRow[];
}

export interface Retry {
  readonly limit: number;
  /** Go durations, such as `5s` and `3m`. */
  readonly backoff:
    | { readonly duration: string; readonly factor?: number; readonly maxDuration?: string }
    | undefined;
}

/** Which deployment a rollback returns to. */
export type RollbackTarget =
  | { readonly kind: 'previous' }
  | { readonly kind: 'id'; readonly id: number }
  | { readonly kind: 'revision'; readonly revision: string };

/** What counts as done, and what to do on the way there. */
interface Waiting {
  readonly whenBusy: (typeof whenBusyChoices)[number];
  readonly whenWindowClosed: (typeof whenWindowClosedChoices)[number];
  readonly whenSuperseded: (typeof whenSupersededChoices)[number];
  /** `operation`: the sync ended. `health`: and the application became Healthy after it. */
  readonly waitFor: (typeof waitForChoices)[number];
  readonly ifMissing: (typeof ifMissingChoices)[number];
  /** A paused rollout counts as healthy. */
  readonly acceptSuspended: boolean;
  /** The child Applications that this one manages must get there too. */
  readonly includeChildren: boolean;
  /** Images that must be running before it counts as done. */
  readonly expectImages: readonly string[];
  /** Milliseconds for which health must hold. */
  readonly stableFor: number;
}

export interface SyncGoal extends Waiting {
  readonly action: 'sync';
  readonly target: RevisionTarget;
  readonly options: SyncOptions;
}

/** Waits for what somebody else deploys: auto-sync, an image updater, a person. */
export interface WaitGoal extends Waiting {
  readonly action: 'wait';
  readonly target: RevisionTarget;
}

export interface RollbackGoal extends Waiting {
  readonly action: 'rollback';
  readonly to: RollbackTarget;
  readonly prune: boolean;
  readonly dryRun: boolean;
}

/** Ends the operation that is running, whosever it is. */
export interface TerminateGoal extends Waiting {
  readonly action: 'terminate';
}

export type Goal = SyncGoal | WaitGoal | RollbackGoal | TerminateGoal;

/** Whether nothing is to be changed: then nothing is deployed, and health says nothing. */
export function isDryRun(goal: Goal): boolean {
  return (
    (goal.action === 'sync' && goal.options.dryRun) || (goal.action === 'rollback' && goal.dryRun)
  );
}
