import type { EventKind } from '../sync/events/application-event.ts';
import type { OperationOrigin } from '../sync/events/operation-origin.ts';
import type { SyncPhase } from '../sync/model/operation.ts';
import type { LabelRequirement } from '../text/label-selector.ts';
import type { ActionKind } from './action-kinds/action-kind.ts';
import type { actionKinds } from './action-kinds/action-kinds.ts';

/** Which events start a follow-up: one of these kinds that meets all conditions given here. */
export interface EventFilter {
  readonly events: readonly EventKind[];
  /** Phases of `phaseReached` and `hookEnded`; absent: any. */
  readonly phases: readonly SyncPhase[] | undefined;
  /** Who started the operation; absent: anybody. */
  readonly startedBy: readonly OperationOrigin['kind'][] | undefined;
  /** Whether the operation deploys another revision than the one before it; absent: either. */
  readonly revisionChanged: boolean | undefined;
}

/**
 * Which applications a rule covers: those that meet all conditions given here. In patterns, `*` and `?`
 * do not match `/`.
 */
export interface ApplicationFilter {
  /** Names of Argo CD instances; absent: all. */
  readonly argocd: readonly string[] | undefined;
  /** Patterns; absent: all. */
  readonly appProjects: readonly string[] | undefined;
  /** Patterns of `name`, or of `namespace/name` outside Argo CD's own namespace; absent: all. */
  readonly applications: readonly string[] | undefined;
  /** The requirements of a label selector; absent: any labels. */
  readonly labels: readonly LabelRequirement[] | undefined;
}

/** How often a rule acts. `attempt`: again each time Argo CD retries the operation. */
export const recurrences = ['operation', 'attempt'] as const;
export type Recurrence = (typeof recurrences)[number];

/** A follow-up rule: what to do, when, and for which applications. */
export interface FollowUpRule {
  /**
   * Unique among the rules of all places, and part of the action key. The names of rules of an
   * annotation begin with `annotation/`, those of a task's input with `input/`.
   */
  readonly name: string;
  readonly when: EventFilter;
  readonly for: ApplicationFilter;
  readonly do: FollowUpAction;
  readonly each: Recurrence;
}

type FormsOf<Kind> =
  Kind extends ActionKind<infer Written, infer Rendered>
    ? { readonly written: Written; readonly rendered: Rendered }
    : never;
type Forms = FormsOf<(typeof actionKinds)[number]>;

/** What a rule does, as written. */
export type FollowUpAction = Forms['written'];

/** An action for one event, with all texts filled in: plain data, for the store. Holds no secret. */
export type RenderedAction = Forms['rendered'];
