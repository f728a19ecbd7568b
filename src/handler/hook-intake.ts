import type { QueuePipeline } from '../follow-ups/action-kinds/queue-pipeline.ts';
import type { Recurrence } from '../follow-ups/follow-up.ts';
import type { CompleteAddress } from '../follow-ups/pipeline-address.ts';
import type { RunResult, RunState } from '../azure/pipelines/pipelines.ts';
import type { ApplicationName } from '../sync/model/application.ts';
import type { HookReference } from '../sync/events/hook-event.ts';
import type { HookPhase } from '../sync/events/hook-phase.ts';
import type { RunOutcome, RunState as TaskState } from './run.ts';
import type { ActionState } from './store/event-store.ts';

/** The hook that a call speaks of, according to the call. */
export interface HookClaim {
  /** Name of the Argo CD instance in the configuration. */
  readonly argocd: string;
  readonly application: ApplicationName;
  /** The running resource: a Job, or any other kind of hook; or its pod, as proven by its token. */
  readonly hook: HookReference;
  /** Absent: any phase it runs in. */
  readonly phase: HookPhase | undefined;
}

/** A call whose caller is proven. Its content is only a hint until the application is read. */
export interface HookCall extends HookClaim {
  /** What to queue; absent: it only reports. */
  readonly queue: (QueuePipeline & CompleteAddress) | undefined;
  /** It asks about the task that waits for the operation, and queues nothing. */
  readonly completes: boolean;
  readonly each: Recurrence;
  /** Whether the caller may speak of applications in this AppProject, and queue what it asks for. */
  readonly isAllowed: (appProject: string) => boolean;
}

/** A follow-up of the operation that a hook runs in. */
export interface HookFollowUp {
  /** 15 digits that identify it. */
  readonly id: string;
  readonly rule: string;
  /** Such as `fabrikam/shop/smoke-tests`. */
  readonly target: string;
  readonly state: ActionState;
  /** Why it is not executed; foreign text, or empty. */
  readonly message: string;
  /** What was queued, if anything yet. */
  readonly run: HookRunView | undefined;
}

/** A queued run, build or release. */
export interface HookRunView {
  readonly name: string;
  readonly page: string;
  /** Absent if nobody waits for it, or nothing is known yet. */
  readonly state: RunState | undefined;
  readonly result: RunResult | undefined;
}

/** The run of the handler that completes a task of Azure Pipelines when its operation ends. */
export interface HookTask {
  /** Id of the run. */
  readonly run: string;
  readonly state: TaskState;
  readonly outcome: RunOutcome | undefined;
}

/** The result of a call. */
export type HookAnswer =
  | {
      readonly kind: 'accepted';
      readonly phase: HookPhase;
      /** The requested one, or all of the operation. */
      readonly followUps: readonly HookFollowUp[];
      /** Where it was asked for; `none`: no task waits for the operation. */
      readonly task?: HookTask | 'none';
    }
  /** A task waits for the operation, but the handler does not follow it; why is for the operator. */
  | { readonly kind: 'unfollowed' }
  /**
   * The application does not show the hook, is not in a granted AppProject, or does not exist. The caller
   * must not learn which.
   */
  | { readonly kind: 'unseen' }
  /** The pod may be that of several hooks of the operation. */
  | { readonly kind: 'ambiguous' }
  /** Cannot read from Argo CD at the moment. */
  | { readonly kind: 'unavailable'; readonly message: string };

/** Whether the caller may see a follow-up, by its event's application and the hook that queued it. */
export type MaySeeApplication = (about: {
  readonly argocd: string;
  readonly application: Required<ApplicationName>;
  readonly appProject: string;
}) => boolean;

/** What the public routes ask of the service for hooks, once the caller is proven. */
export interface HookIntake {
  /** Rejects with a `StoreError`. What it accepts is stored, and will be executed. */
  accept(call: HookCall, signal: AbortSignal): Promise<HookAnswer>;
  /**
   * The progress of a follow-up. Waits for its end, but no longer than so many milliseconds. Undefined: it does
   * not exist, or the caller may not see it.
   */
  progress(
    id: string,
    maySee: MaySeeApplication,
    wait: number,
    signal: AbortSignal,
  ): Promise<HookFollowUp | undefined>;
}
