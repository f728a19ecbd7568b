/** The project of pipelines. */
export interface ProjectAddress {
  /** `https://dev.azure.com/fabrikam`, without a trailing slash, as `Collections` returns it. */
  readonly organization: string;
  /** Name or id. */
  readonly project: string;
}

/** A pipeline by its id, its name, or its folder and name: `\smoke\shop`. Forward slashes work too. */
export type PipelineReference = string | number;

/** What can be queued: a run of a YAML pipeline, a classic build, or a classic release. */
export const pipelineKinds = ['yaml', 'build', 'release'] as const;
export type PipelineKind = (typeof pipelineKinds)[number];

/** An existing pipeline that the identity may see. */
export interface FoundPipeline {
  readonly kind: PipelineKind;
  readonly id: number;
  readonly name: string;
  /** Such as `\smoke`; `\` is the root. */
  readonly folder: string;
}

/**
 * How the run of an event can be found again. `buildNumber`: the pipeline has the parameter `event` and
 * numbers its runs `argocd-${{ parameters.event }}`. `parameter`, `variable`: it accepts one named
 * `event`. `description`: that of a classic release. `tag`: added to the run after it is queued, so a
 * run whose answer was lost has none.
 */
export const runMarks = ['buildNumber', 'parameter', 'variable', 'description', 'tag'] as const;
export type RunMark = (typeof runMarks)[number];

/** How often an event can run a pipeline, depending on the mark of its runs. */
export type Once =
  | { readonly kind: 'exactlyOnce' }
  /** A duplicate occurs if the answer to a request is lost, or the process dies before storing it. */
  | { readonly kind: 'atMostOneDuplicate'; readonly withinSeconds: number };

/**
 * How long after an unanswered request its run may still appear; milliseconds. Only a search after that
 * time proves that there is none. Azure DevOps documents no such time, but gives up on a request well
 * before.
 */
export const settleTime = 60_000;

/** What all queue requests have in common. */
interface Queueable extends ProjectAddress {
  readonly pipeline: number;
  /**
   * Identifies the event in the run: 1 to 15 digits, the first not 0. So a pipeline can declare its
   * parameter `event` as a number, which needs fewer permissions to set (azure-devops.md §13.6).
   */
  readonly eventKey: string;
  /** As found by `check`. */
  readonly mark: RunMark;
  /** Variables that are settable at queue time or, for a release, at release time. */
  readonly variables: Readonly<Record<string, string>>;
  /** `clockOffset` when the request was prepared; lookups then search from Azure's time of it. */
  readonly clockOffset?: number;
}

/** A run of a YAML pipeline. */
export interface RunRequest extends Queueable {
  readonly kind: 'yaml';
  /** `refs/heads/main`, `refs/tags/v1`; default: the pipeline's default branch. */
  readonly ref?: string;
  readonly commit?: string;
  /** Tags for people, besides that of the event; set if the identity may tag the run. */
  readonly tags?: readonly string[];
  readonly parameters: Readonly<Record<string, string>>;
  /** Pipeline resources: run numbers by the alias of the resource. */
  readonly pipelineResources?: Readonly<Record<string, string>>;
  readonly stagesToSkip?: readonly string[];
}

/** A classic build. */
export interface BuildRequest extends Queueable {
  readonly kind: 'build';
  readonly ref?: string;
  readonly commit?: string;
  /** As for a run. */
  readonly tags?: readonly string[];
}

/** A build that a classic release deploys. */
export interface ReleaseArtifact {
  readonly alias: string;
  /** The build's id, or what identifies a version for the artifact's type. */
  readonly version: string;
  readonly name?: string;
}

/** A classic release. */
export interface ReleaseRequest extends Queueable {
  readonly kind: 'release';
  readonly artifacts: readonly ReleaseArtifact[];
  /** One line for people; the mark is added. */
  readonly description?: string;
  /**
   * The only stage to start, by name; no other starts automatically. Default: as the definition says.
   */
  readonly stage?: string;
}

/** What can be queued. */
export type QueueRequest = RunRequest | BuildRequest | ReleaseRequest;

/** A run, build or release that was queued. */
export interface RunReference extends ProjectAddress {
  readonly kind: PipelineKind;
  readonly id: number;
  /** The stage of a release that counts; default: all. */
  readonly stage?: string;
}

/** The state of a run. */
export type RunState = 'notStarted' | 'inProgress' | 'canceling' | 'completed';
/** How a run ended. */
export type RunResult = 'succeeded' | 'partiallySucceeded' | 'failed' | 'canceled';

/** A run, build or release as last seen. */
export interface PipelineRun {
  readonly id: number;
  /** Its number, such as `argocd-1234` or `Release-19`. */
  readonly name: string;
  /** The address of its page. */
  readonly page: string;
  readonly state: RunState;
  /** Present once it is completed. */
  readonly result?: RunResult;
}

/** A request before `check` has found the mark of its run. */
export type UncheckedRequest =
  Omit<RunRequest, 'mark'> | Omit<BuildRequest, 'mark'> | Omit<ReleaseRequest, 'mark'>;

/** What `check` finds out about a request. */
export interface Checked {
  readonly mark: RunMark;
  readonly once: Once;
}

/** The identity that makes the calls. */
export interface Identity {
  readonly id: string;
  /** Its display name. */
  readonly name: string;
}

/**
 * The pipelines of Azure DevOps that the identity may see and queue. Every call ends by its own timeout,
 * or by the signal with the signal's reason; all other failures are `PipelineError`s. Calls are not
 * retried.
 */
export interface Pipelines {
  identity(organization: string, signal: AbortSignal): Promise<Identity>;
  /**
   * Finds a pipeline (YAML or classic) or a release definition. If several have the name, the error
   * lists them.
   */
  find(
    project: ProjectAddress,
    what: { readonly kind: 'pipeline' | 'release'; readonly reference: PipelineReference },
    signal: AbortSignal,
  ): Promise<FoundPipeline>;
  /**
   * Checks whether the pipeline would accept the request, and how its run can be found again. Queues
   * nothing. Only queuing proves that the identity may queue.
   */
  check(request: UncheckedRequest, signal: AbortSignal): Promise<Checked>;
  /**
   * Azure's time minus ours, in milliseconds, by the last answer of the organization; 0 before the first
   * one. Kept with a request, it tells a later process Azure's time of that request.
   */
  clockOffset(organization: string): number;
  /** Queues the request. After `unclear`, do not repeat it unless `lookUp` found nothing. */
  queue(request: QueueRequest, signal: AbortSignal): Promise<PipelineRun>;
  /**
   * Finds the run that an earlier `queue` of this request created, by its mark among the identity's
   * runs. If the stage of a release was not started yet, starts it.
   *
   * @param since - When it was first requested, by our clock; milliseconds since the epoch.
   */
  lookUp(
    request: QueueRequest,
    since: number,
    signal: AbortSignal,
  ): Promise<PipelineRun | undefined>;
  run(reference: RunReference, signal: AbortSignal): Promise<PipelineRun>;
  /** Requests cancellation; no effect on what has already ended. */
  cancel(reference: RunReference, signal: AbortSignal): Promise<void>;
}
