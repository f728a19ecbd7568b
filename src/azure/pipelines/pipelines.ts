/** Where pipelines live. */
export interface ProjectAddress {
  /** `https://dev.azure.com/fabrikam`, without a slash at the end, as `Collections` gives it. */
  readonly organization: string;
  /** Name or id. */
  readonly project: string;
}

/** A pipeline by its id, its name, or its folder and name: `\smoke\shop`. Slashes may lean either way. */
export type PipelineReference = string | number;

/** What is queued: a run of a YAML pipeline, a classic build, or a classic release. */
export const pipelineKinds = ['yaml', 'build', 'release'] as const;
export type PipelineKind = (typeof pipelineKinds)[number];

/** A pipeline that is there, and that our identity may see. */
export interface FoundPipeline {
  readonly kind: PipelineKind;
  readonly id: number;
  readonly name: string;
  /** Such as `\smoke`; `\` is the root. */
  readonly folder: string;
}

/**
 * By what the run of an event is found again. `buildNumber`: the pipeline takes the parameter `event`
 * and numbers its runs `argocd-${{ parameters.event }}`. `parameter`, `variable`: it takes one named
 * `event`. `description`: of a classic release. `tag`: given to the run after it is queued, so that a
 * run whose answer was lost has none.
 */
export const runMarks = ['buildNumber', 'parameter', 'variable', 'description', 'tag'] as const;
export type RunMark = (typeof runMarks)[number];

/** How often an event can run a pipeline, by the mark of its runs. */
export type Once =
  | { readonly kind: 'exactlyOnce' }
  /** When the answer to a request is lost, or the process dies before it is stored. */
  | { readonly kind: 'atMostOneDuplicate'; readonly withinSeconds: number };

/**
 * How long after a request without an answer its run may still show up, milliseconds. Only a look
 * after that tells that there is none. Nothing that Azure DevOps publishes says it: the service gives
 * up on a request well before.
 */
export const settleTime = 60_000;

/** What is common to all that can be queued. */
interface Queueable extends ProjectAddress {
  readonly pipeline: number;
  /**
   * Names the event in the run: 1 to 15 digits, the first not 0, so that a pipeline may declare its
   * parameter `event` as a number, which the lesser right may set (azure-devops.md §13.6).
   */
  readonly eventKey: string;
  /** As `check` found it. */
  readonly mark: RunMark;
  /** Variables settable at queue time. Of a release: those that allow it. */
  readonly variables: Readonly<Record<string, string>>;
}

/** A run of a YAML pipeline. */
export interface RunRequest extends Queueable {
  readonly kind: 'yaml';
  /** `refs/heads/main`, `refs/tags/v1`; the pipeline's default branch unless told. */
  readonly ref?: string;
  readonly commit?: string;
  /** Besides that of the event, for people; it has them where our identity may tag it. */
  readonly tags?: readonly string[];
  readonly parameters: Readonly<Record<string, string>>;
  /** Pipeline resources: the run's number by the resource's alias. */
  readonly pipelineResources?: Readonly<Record<string, string>>;
  readonly stagesToSkip?: readonly string[];
}

/** A classic build. */
export interface BuildRequest extends Queueable {
  readonly kind: 'build';
  readonly ref?: string;
  readonly commit?: string;
  /** As those of a run. */
  readonly tags?: readonly string[];
}

/** A build that a classic release deploys. */
export interface ReleaseArtifact {
  readonly alias: string;
  /** The build's id, or whatever names the version for the artifact's type. */
  readonly version: string;
  readonly name?: string;
}

/** A classic release. */
export interface ReleaseRequest extends Queueable {
  readonly kind: 'release';
  readonly artifacts: readonly ReleaseArtifact[];
  /** One line for people; the mark is added. */
  readonly description?: string;
  /** The one stage to start, by name: no other starts by itself. Otherwise as the definition says. */
  readonly stage?: string;
}

/** What can be queued. */
export type QueueRequest = RunRequest | BuildRequest | ReleaseRequest;

/** A run, build or release that was queued. */
export interface RunReference extends ProjectAddress {
  readonly kind: PipelineKind;
  readonly id: number;
  /** Of a release: the stage that counts; all of them unless told. */
  readonly stage?: string;
}

/** How far a run is. */
export type RunState = 'notStarted' | 'inProgress' | 'canceling' | 'completed';
/** How a run ended. */
export type RunResult = 'succeeded' | 'partiallySucceeded' | 'failed' | 'canceled';

/** A run, build or release as it was last seen. */
export interface PipelineRun {
  readonly id: number;
  /** Its number, such as `argocd-1234` or `Release-19`. */
  readonly name: string;
  /** The address of its page. */
  readonly page: string;
  readonly state: RunState;
  /** When it is completed. */
  readonly result?: RunResult;
}

/** A request before it is known how its run can be found again. */
export type UncheckedRequest =
  Omit<RunRequest, 'mark'> | Omit<BuildRequest, 'mark'> | Omit<ReleaseRequest, 'mark'>;

/** What a pipeline makes of a request. */
export interface Checked {
  readonly mark: RunMark;
  readonly once: Once;
}

/** Who the calls are made as. */
export interface Identity {
  readonly id: string;
  /** Its display name. */
  readonly name: string;
}

/**
 * The pipelines of Azure DevOps, as our identity may see and queue them. Every call ends by its own
 * timeout, or by the signal with the signal's reason; all other failures are `PipelineError`s.
 * Nothing is repeated here.
 */
export interface Pipelines {
  identity(organization: string, signal: AbortSignal): Promise<Identity>;
  /** A pipeline (YAML or classic) or a release definition. More than one of a name is an error that lists them. */
  find(
    project: ProjectAddress,
    what: { readonly kind: 'pipeline' | 'release'; readonly reference: PipelineReference },
    signal: AbortSignal,
  ): Promise<FoundPipeline>;
  /**
   * Whether the pipeline would take the request, and how its run can be found again; nothing is
   * queued. Whether our identity may queue is known for sure only by queuing.
   */
  check(request: UncheckedRequest, signal: AbortSignal): Promise<Checked>;
  /** Queues it. Not to be repeated after `unclear` before `lookUp` found nothing. */
  queue(request: QueueRequest, signal: AbortSignal): Promise<PipelineRun>;
  /**
   * The run that an earlier `queue` of this request made, by its mark among the runs of our identity.
   * A release whose stage was not started yet is started on.
   *
   * @param since - When it was first asked for, milliseconds since the epoch.
   */
  lookUp(
    request: QueueRequest,
    since: number,
    signal: AbortSignal,
  ): Promise<PipelineRun | undefined>;
  run(reference: RunReference, signal: AbortSignal): Promise<PipelineRun>;
  /** Asks for the end; what has ended already stays as it is. */
  cancel(reference: RunReference, signal: AbortSignal): Promise<void>;
}
