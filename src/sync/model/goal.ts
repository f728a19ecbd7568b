import type { InfoRow } from './operation.ts';
import type { SelectionEntry } from '../plan/selection.ts';

/** What to deploy: what the application tracks, one revision, or revisions by source position. */
export type RevisionTarget =
  | { readonly kind: 'tracked' }
  | { readonly kind: 'revision'; readonly revision: string }
  | { readonly kind: 'revisions'; readonly byPosition: readonly PositionedRevision[] };

/** The revision for one source of a multi-source application. */
export interface PositionedRevision {
  /** The source's position in the application, counted from 1. */
  readonly position: number;
  readonly revision: string;
}

/** What to do when another operation is running (input `whenBusy`). */
export const whenBusyChoices = ['join', 'wait', 'terminate', 'fail'] as const;
/** What to do when sync windows forbid the sync (input `whenWindowClosed`). */
export const whenWindowClosedChoices = ['wait', 'fail'] as const;
/** What to do when another operation replaced ours (input `whenSuperseded`). */
export const whenSupersededChoices = ['fail', 'succeedIfIncluded', 'follow'] as const;
/** What the end of the task waits for (input `waitFor`). */
export const waitForChoices = ['operation', 'health', 'none'] as const;
/** What to do when the application does not exist (input `ifMissing`). */
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

/**
 * How Argo CD retries a failed sync (`operation.retry`); Argo CD's own backoff where that is
 * absent.
 */
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
  /** The child Applications that this one manages must be done too. */
  readonly includeChildren: boolean;
  /** Images that must be running for it to be done. */
  readonly expectImages: readonly string[];
  /** Milliseconds for which health must hold. */
  readonly stableFor: number;
}

/** Sync to a revision, and wait for what the goal says. */
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

/** Return to an entry of the history, and wait for what the goal says. */
export interface RollbackGoal extends Waiting {
  readonly action: 'rollback';
  readonly to: RollbackTarget;
  readonly prune: boolean;
  readonly dryRun: boolean;
}

/** Ends the running operation, no matter who started it. */
export interface TerminateGoal extends Waiting {
  readonly action: 'terminate';
}

/** What is wanted of an application; `action` tells which. */
export type Goal = SyncGoal | WaitGoal | RollbackGoal | TerminateGoal;

/** Whether nothing is to be changed: then nothing is deployed, and health means nothing. */
export function isDryRun(goal: Goal): boolean {
  return (
    (goal.action === 'sync' && goal.options.dryRun) || (goal.action === 'rollback' && goal.dryRun)
  );
}
