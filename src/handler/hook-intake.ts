import type { QueuePipeline, Recurrence } from '../follow-ups/follow-up.ts';
import type { CompleteAddress } from '../follow-ups/pipeline-address.ts';
import type { RunResult, RunState } from '../azure/pipelines/pipelines.ts';
import type { ApplicationName } from '../sync/model/application.ts';
import type { HookPhase } from '../sync/events/hook-event.ts';
import type { ActionState } from './store/event-store.ts';

/** Of which hook a call speaks, as it says itself. */
export interface HookClaim {
  /** Name of the Argo CD instance in the configuration. */
  readonly argocd: string;
  readonly application: ApplicationName;
  /** The resource that runs: a Job, or what else Argo CD takes for a hook. */
  readonly hook: { readonly name: string; readonly namespace: string };
  /** Absent: whichever it runs in. */
  readonly phase: HookPhase | undefined;
}

/** A call of a hook whose caller is proven. Until it is looked at, it is a hint and nothing more. */
export interface HookCall extends HookClaim {
  /** What to queue; absent: it only tells. */
  readonly queue: (QueuePipeline & CompleteAddress) | undefined;
  readonly each: Recurrence;
  /** Whether the caller may speak of applications of this AppProject, and queue what it asks for. */
  readonly isAllowed: (appProject: string) => boolean;
}

/** A follow-up of the operation that a hook runs in. */
export interface HookFollowUp {
  /** 15 digits, by which it is asked for. */
  readonly id: string;
  readonly rule: string;
  /** Such as `fabrikam/shop/smoke-tests`. */
  readonly target: string;
  readonly state: ActionState;
  /** Why it is not done; foreign text, or empty. */
  readonly message: string;
  /** What was queued, once it was. */
  readonly run: HookRunView | undefined;
}

/** A run, build or release that was queued. */
export interface HookRunView {
  readonly name: string;
  readonly page: string;
  /** Absent where nobody waits for it, or nothing is known of it yet. */
  readonly state: RunState | undefined;
  readonly result: RunResult | undefined;
}

/** What came of a call. */
export type HookAnswer =
  | {
      readonly kind: 'accepted';
      readonly phase: HookPhase;
      /** The one that was asked for; otherwise those that there are in the operation. */
      readonly followUps: readonly HookFollowUp[];
    }
  /**
   * The application shows no such hook, is none of the allowed AppProjects, or is not there: which of
   * these is nobody's business.
   */
  | { readonly kind: 'unseen' }
  /** Argo CD cannot be read at the moment. */
  | { readonly kind: 'unavailable'; readonly message: string };

/** Who may ask for a follow-up: told of its event's application, and of the hook that queued it. */
export type MaySee = (about: {
  readonly argocd: string;
  readonly application: Required<ApplicationName>;
  readonly appProject: string;
}) => boolean;

/** What the public routes ask of the service for hooks, once the caller is proven. */
export interface HookIntake {
  /** Rejects with a `StoreError`. What it accepts is stored, and will be done. */
  accept(call: HookCall, signal: AbortSignal): Promise<HookAnswer>;
  /**
   * How far a follow-up is. Waits until it has ended, for so many milliseconds at the most. Undefined:
   * there is none of this id that the caller may see.
   */
  progress(
    id: string,
    maySee: MaySee,
    wait: number,
    signal: AbortSignal,
  ): Promise<HookFollowUp | undefined>;
}
