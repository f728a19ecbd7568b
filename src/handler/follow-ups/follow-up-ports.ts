import type { ArgoCD } from '../../argocd/port.ts';
import type { FollowUpRule } from '../../follow-ups/follow-up.ts';
import type { ApplicationEvent, EventKind } from '../../sync/events/application-event.ts';
import type { ApplicationName } from '../../sync/model/application.ts';

/** An Argo CD of the configuration, as follow-ups need it. */
export interface WatchedArgoCD {
  readonly argocd: Pick<ArgoCD, 'get'>;
  /** Its namespace. Applications there may be named without it. */
  readonly namespace: string;
  /** Its URL. Another URL may mean another server. */
  readonly url: string;
  /** The page of an application, for people. */
  pageOf(name: ApplicationName): string;
}

/** The rules that a run brought (input `followUps`), and the defaults of their addresses. */
export interface RunRules {
  readonly rules: readonly FollowUpRule[];
  /** The organization's name; the project's name or id. */
  readonly organization: string;
  readonly project: string;
  /**
   * Whether the handler may queue it for this event now: the event must be of an operation that the run
   * requested, the rules must allow the action `queue` to the run, and the pipeline must be in the run's own
   * project or allowed by a grant for the AppProject. `argocd`: name of the application's instance.
   */
  readonly mayQueue: (rule: FollowUpRule, event: RunEvent, argocd: string) => boolean;
}

/** An event of an operation that names a run. */
export type RunEvent = Pick<ApplicationEvent, 'application' | 'operation'>;

/**
 * The rules of the run that requested an operation, by the operation's marker. Anyone may have written the
 * marker, so only the run to which it belongs counts. Undefined if that run brought none.
 */
export type RulesOfRun = (marker: string) => Promise<RunRules | undefined>;

/** Counts what the follow-ups see and do. */
export interface FollowUpTelemetry {
  /** An event of a followed application. `late`: it happened before this process watched. */
  eventSeen(kind: EventKind, late: boolean): void;
  /** An event older than `followUpLimits.catchUp`, which starts nothing. */
  eventTooOld(kind: EventKind): void;
  /** Actions that are new in the store. */
  actionsMade(count: number): void;
  /** An action that is skipped because its chain is too long or a loop. */
  chainRefused(why: 'depth' | 'loop'): void;
  /** An action that is dropped, since too many of its rule and pipeline wait for their turn. */
  flooded(): void;
  /** An action that exists already, since its event was seen before. */
  seenAgain(): void;
  /** An annotation that is invalid (`faulty`), or asks for what no grant allows (`forbidden`). */
  annotationFault(reason: 'faulty' | 'forbidden'): void;
}

/** An application whose annotations are invalid or not granted. */
export interface AnnotationFaults {
  readonly argocd: string;
  /** `name` or `namespace/name`. */
  readonly application: string;
  readonly project: string;
  /** What is invalid or not granted, and what to do: sentences that contain foreign text. */
  readonly faults: readonly string[];
}

/** Whether an application is followed. */
export interface Standing {
  readonly argocd: string;
  /** `name` or `namespace/name`. */
  readonly application: string;
  readonly project: string;
  readonly isFollowed: boolean;
}

/** The state of the follow-ups, for metrics and the status page. */
export interface FollowUpFigures {
  /** Applications whose events are followed. */
  readonly followed: number;
  /** Applications to be read again, because the stream did not deliver a change in full. */
  readonly unread: number;
  /** Applications with faulty or forbidden annotations. */
  readonly faulty: number;
}
