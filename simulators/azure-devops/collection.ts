import type { SignIn } from './faults.ts';
import type { OperationName } from './api-request.ts';
import type { Hub, PlanSettings } from './plan.ts';
import { Plan } from './plan.ts';
import type { PipelineDefinition } from './pipeline-definition.ts';
import type { Principal, Right } from './principal.ts';
import type { Release, ReleaseDefinition } from './release.ts';
import type { TaskResult } from './timeline-record.ts';

export interface Project {
  readonly id: string;
  readonly name: string;
}

export interface Build {
  readonly id: number;
  readonly buildNumber: string;
  readonly projectId: string;
  readonly planId: string;
  readonly definitionName: string;
  readonly sourceBranch: string;
  readonly sourceVersion: string;
  readonly queueTime: string;
  /** How it was queued; absent for the build of a job. */
  readonly queued?: QueuedBuild;
  status: 'notStarted' | 'inProgress' | 'cancelling' | 'completed';
  result: 'succeeded' | 'partiallySucceeded' | 'failed' | 'canceled' | undefined;
  finishTime: string | undefined;
}

/** What a build was queued with, by the API. */
export interface QueuedBuild {
  readonly pipeline: PipelineDefinition;
  readonly by: Principal;
  readonly templateParameters: Readonly<Record<string, string>>;
  readonly variables: Readonly<Record<string, string>>;
  readonly stagesToSkip: readonly string[];
  readonly tags: string[];
  isDeleted: boolean;
}

/** How the service behaves where reality is unknown (azure-devops.md §9); may change at any time. */
export interface Behavior {
  /** Where a bad or expired token leads. `401` unless told. */
  badToken: SignIn;
  /** How a write to a finished plan is refused. 404 with the type key of an unknown plan. */
  finishedPlan: { readonly status: number; readonly typeKey: string };
  /** How a second completion of one attempt is answered. Like a finished plan, unless told. */
  secondCompletion: 'refused' | 'accepted';
  /** Refuses records that the caller makes with 400. */
  refusesChildRecords: boolean;
  /** Refuses the result `canceled` with 400. */
  refusesCanceled: boolean;
  /** From an accepted completion to the completed record, simulated milliseconds; 0 unless told. */
  completionDelay: number;
  /** Whether a list of builds shows what they were queued with. False unless told: runs do not. */
  listsInputs: boolean;
  /** Whether a build is queued with the tags that it is sent with. False unless told. */
  takesTags: boolean;
  /** From how many requests of an identity in five simulated minutes on it is slowed down. */
  rateLimit: RateLimit | undefined;
}

/** The service slows a caller down first, and says so; then it turns it away (azure-devops.md §5.6). */
export interface RateLimit {
  readonly delayedAfter: number;
  readonly blockedAfter: number;
  /** Seconds. */
  readonly retryAfter: number;
}

export const defaultBehaviour: Behavior = {
  badToken: '401',
  finishedPlan: { status: 404, typeKey: 'TaskOrchestrationPlanNotFoundException' },
  secondCompletion: 'refused',
  refusesChildRecords: false,
  refusesCanceled: false,
  completionDelay: 0,
  listsInputs: false,
  takesTags: false,
  rateLimit: undefined,
};

/** A call that reached a plan after its end. */
export interface LateCall {
  readonly operation: OperationName;
  readonly planId: string;
  readonly at: number;
}

/** Names what may take the place of a job token: who it is, and until when. */
interface Grant {
  readonly projectId: string;
  readonly expiresAt: number;
}

export interface CollectionSettings {
  readonly organization: string;
  readonly behavior: Behavior;
  /** Simulated milliseconds since the epoch. */
  readonly now: () => number;
}

/** Everything that one organization holds: projects, builds, plans and the tokens of jobs. */
export class Collection {
  readonly organization: string;
  readonly behavior: Behavior;
  readonly now: () => number;
  readonly projects: Project[] = [];
  readonly builds = new Map<number, Build>();
  readonly plans = new Map<string, Plan>();
  /** What a caller did against the rules; tests assert that it is empty. */
  readonly faults: string[] = [];
  readonly late: LateCall[] = [];
  readonly pipelines = new Map<number, PipelineDefinition>();
  readonly releaseDefinitions = new Map<number, ReleaseDefinition>();
  readonly releases = new Map<number, Release>();
  /** What the build service may do, in its own project: the token of a job is its. */
  readonly buildServiceRights = new Set<Right>([
    'View builds',
    'Queue builds',
    'Stop builds',
    'View releases',
  ]);
  readonly #grants = new Map<string, Grant>();
  readonly #principals = new Map<string, Principal>();
  /** `system.CollectionUri`, with a slash at its end. */
  url = '';

  constructor({ organization, behavior, now }: CollectionSettings) {
    this.organization = organization;
    this.behavior = behavior;
    this.now = now;
  }

  project(idOrName: string): Project | undefined {
    const wanted = idOrName.toLowerCase();
    return this.projects.find(({ id, name }) => id === wanted || name.toLowerCase() === wanted);
  }

  addPlan(
    settings: Pick<PlanSettings, 'id' | 'timelineId' | 'projectId' | 'version' | 'token'> & {
      readonly hub: Hub;
    },
    tokenLifetime: number,
  ): Plan {
    const plan = new Plan({ ...settings, collectionUrl: this.url, now: this.now });
    this.plans.set(plan.id, plan);
    this.grant(plan.token, plan.projectId, tokenLifetime);
    return plan;
  }

  /** Lets `token` into a project for so many simulated milliseconds. */
  grant(token: string, projectId: string, lifetime: number): void {
    this.#grants.set(token, { projectId, expiresAt: this.now() + lifetime });
  }

  revoke(token: string): void {
    this.#grants.delete(token);
    this.#principals.delete(token);
  }

  /** Lets `token` stand for an identity. */
  admit(token: string, principal: Principal): void {
    this.#principals.set(token, principal);
  }

  /** Who the token belongs to; undefined for a bad or expired one. */
  principalOf(token: string): Principal | undefined {
    const admitted = this.#principals.get(token);
    if (admitted) return admitted;
    const project = this.project(this.projectOf(token) ?? '');
    return (
      project && {
        id: project.id.replace(/^.{8}/, 'b0000000'),
        name: `${project.name} Build Service (${this.organization})`,
        projectId: project.id,
        rights: this.buildServiceRights,
      }
    );
  }

  /** The project that the token is good for; undefined for a bad or expired one. */
  projectOf(token: string): string | undefined {
    const grant = this.#grants.get(token);
    return grant && grant.expiresAt > this.now() ? grant.projectId : undefined;
  }

  addBuild(
    build: Omit<Build, 'id' | 'buildNumber' | 'queueTime' | 'finishTime'> & {
      readonly buildNumber?: string;
    },
  ): Build {
    const id = 1001 + this.builds.size;
    const queueTime = new Date(this.now()).toISOString();
    const buildNumber = `${queueTime.slice(0, 10).replaceAll('-', '')}.${id - 1000}`;
    const added = { buildNumber, ...build, id, queueTime, finishTime: undefined };
    this.builds.set(id, added);
    return added;
  }

  finishBuild(build: Build, result: TaskResult): void {
    this.endBuild(
      build,
      result === 'succeeded' || result === 'canceled'
        ? result
        : result === 'succeededWithIssues'
          ? 'partiallySucceeded'
          : 'failed',
    );
  }

  endBuild(build: Build, result: NonNullable<Build['result']>): void {
    build.status = 'completed';
    build.result = result;
    build.finishTime = new Date(this.now()).toISOString();
  }
}
