import type { Secret } from '../secret.ts';
import type { EventKind } from '../sync/events/application-event.ts';
import type { OperationOrigin } from '../sync/events/operation-origin.ts';
import type { SyncPhase } from '../sync/model/operation.ts';
import type { LabelRequirement } from '../text/label-selector.ts';
import type { CompleteAddress, PipelineAddress } from './pipeline-address.ts';
import type { Template } from './template.ts';

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

/** What a rule does, as written. */
export type FollowUpAction = QueuePipeline | CreateRelease | PostWebhook;

type Texts = Readonly<Record<string, Template>>;

/** Queues a YAML pipeline or a classic build. */
export interface QueuePipeline extends PipelineAddress {
  readonly kind: 'queuePipeline';
  /** At most one of branch and tag. */
  readonly branch: Template | undefined;
  readonly tag: Template | undefined;
  readonly commit: Template | undefined;
  /** Template parameters of a YAML pipeline. */
  readonly parameters: Texts;
  readonly variables: Texts;
  /** Versions of the YAML pipeline's resources, by alias. */
  readonly pipelineResources: Texts;
  readonly stagesToSkip: readonly string[];
}

/** Creates a classic release. `pipeline` is its definition. */
export interface CreateRelease extends PipelineAddress {
  readonly kind: 'createRelease';
  readonly description: Template | undefined;
  readonly artifacts: readonly { readonly alias: string; readonly version: Template }[];
  /** The only stage to start; absent: as the definition says. */
  readonly stage: string | undefined;
  readonly variables: Texts;
}

/** Posts the event as JSON, signed by HMAC-SHA256. */
export interface PostWebhook {
  readonly kind: 'postWebHook';
  readonly url: string;
  readonly secret: Secret;
}

type PlainTexts = Readonly<Record<string, string>>;

/** An action for one event, with all texts filled in: plain data, for the store. Holds no secret. */
export type RenderedAction = RenderedRun | RenderedRelease | RenderedWebhook;

/** A run of a pipeline to queue. */
export interface RenderedRun extends CompleteAddress {
  readonly kind: 'queuePipeline';
  /** `refs/heads/main`, `refs/tags/v1`; absent: the pipeline's default branch. */
  readonly ref?: string;
  readonly commit?: string;
  readonly parameters: PlainTexts;
  readonly variables: PlainTexts;
  readonly pipelineResources: PlainTexts;
  readonly stagesToSkip: readonly string[];
}

/** A classic release to create. */
export interface RenderedRelease extends CompleteAddress {
  readonly kind: 'createRelease';
  readonly description?: string;
  readonly artifacts: readonly { readonly alias: string; readonly version: string }[];
  readonly stage?: string;
  readonly variables: PlainTexts;
}

/** A webhook to post. The secret is that of the rule with this name. */
export interface RenderedWebhook {
  readonly kind: 'postWebHook';
  readonly url: string;
  readonly rule: string;
}
