import type { ArgoCD } from '../../argocd/port.ts';
import type { FollowUpRule } from '../../follow-ups/follow-up.ts';
import type { ApplicationEvent, EventKind } from '../../sync/events/application-event.ts';
import type { ApplicationName } from '../../sync/model/application.ts';

/** An Argo CD of the configuration, as follow-ups need it. */
export interface WatchedArgoCD {
  readonly argocd: Pick<ArgoCD, 'get'>;
  /** Where it runs: its applications there go by their mere name as well. */
  readonly namespace: string;
  /** Its address: under another one it may be another server. */
  readonly url: string;
  /** The page of an application, for people. */
  pageOf(name: ApplicationName): string;
}

/** The rules that a run brought with it (input `followUps`), and where they queue what names no project. */
export interface RunRules {
  readonly rules: readonly FollowUpRule[];
  /** The organization's name; name or id of the project. */
  readonly organization: string;
  readonly project: string;
  /**
   * Whether the handler may queue it for this application at the moment: by the action `queue` of the
   * rules for whoever ran, and in the run's own project or by a grant for the AppProject.
   */
  readonly mayQueue: (rule: FollowUpRule, application: ApplicationEvent['application']) => boolean;
}

/**
 * The rules of the run that asked for an operation, by the marker that the operation carries: a claim
 * of whoever wrote it, so only the run whose own marker it is counts. Undefined where it brought none.
 */
export type RulesOfRun = (marker: string) => Promise<RunRules | undefined>;

/**
 * The action whose pipeline is this run of Azure DevOps (its plan's id), where that has proven itself
 * (`ArgoCDEvent@1`); its key. Undefined where none has.
 */
export type ActionOfPlan = (planId: string) => Promise<string | undefined>;

/** Told of what the follow-ups see and do, for metrics. */
export interface FollowUpTelemetry {
  /** An event of an application that somebody asks for; `late`: it happened before we watched. */
  eventSeen(kind: EventKind, late: boolean): void;
  /** An event that happened longer ago than `followUpLimits.catchUp`: nothing is started by it. */
  eventTooOld(kind: EventKind): void;
  /** Actions that are new in the store. */
  actionsMade(count: number): void;
  /** An action that is not done, since its chain is too long or leads back to where it began. */
  chainRefused(why: 'depth' | 'loop'): void;
  /** An action that is there already, since its event was seen before. */
  seenAgain(): void;
  /** An annotation that is wrong (`faulty`), or asks for what no grant allows (`forbidden`). */
  annotationFault(reason: 'faulty' | 'forbidden'): void;
}

/** An application whose annotations ask for what they cannot have. */
export interface AnnotationFaults {
  readonly argocd: string;
  /** `name` or `namespace/name`. */
  readonly application: string;
  readonly project: string;
  /** What is wrong with an annotation, or not granted, and what to do: sentences, foreign in part. */
  readonly faults: readonly string[];
}

/** How the follow-ups do, for metrics and the status page. */
export interface FollowUpFigures {
  /** Applications whose events are followed. */
  readonly followed: number;
  /** Those that are to be read again, since something changed that the stream did not tell in full. */
  readonly unread: number;
  /** Applications with faulty or forbidden annotations. */
  readonly faulty: number;
}
