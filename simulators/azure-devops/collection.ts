import type { SignIn } from './faults.ts';
import type { OperationName } from './api-request.ts';
import type { Hub, PlanSettings } from './plan.ts';
import { Plan } from './plan.ts';
import type { IncomingWebhook } from './incoming-webhooks.ts';
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
  /** How it was queued; absent for a job's build. */
  readonly queued?: QueuedBuild;
  status: 'notStarted' | 'inProgress' | 'cancelling' | 'completed';
  result: 'succeeded' | 'partiallySucceeded' | 'failed' | 'canceled' | undefined;
  finishTime: string | undefined;
}

/** What a build was queued with through the API. */
export interface QueuedBuild {
  readonly pipeline: PipelineDefinition;
  readonly by: Principal;
  readonly templateParameters: Readonly<Record<string, string>>;
  readonly variables: Readonly<Record<string, string>>;
  readonly stagesToSkip: readonly string[];
  readonly tags: string[];
  isDeleted: boolean;
}

/** How the service behaves where this is unknown (azure-devops.md §9). May be changed at any time. */
export interface Behavior {
  /** The response to a bad or expired token; default: `401`. */
  badToken: SignIn;
  /** The refusal of writes to a finished plan; default: 404 with the type key of an unknown plan. */
  finishedPlan: { readonly status: number; readonly typeKey: string };
  /** The response to a second completion of an attempt; default: like a finished plan. */
  secondCompletion: 'refused' | 'accepted';
  /** Refuses records that callers create with 400. */
  refusesChildRecords: boolean;
  /** Refuses the result `canceled` with 400. */
  refusesCanceled: boolean;
  /** From an accepted completion to the completed record, in simulated milliseconds; default: 0. */
  completionDelay: number;
  /** Whether a list of builds shows what they were queued with. Default: false, as with runs. */
  listsInputs: boolean;
  /** Whether a build is queued with the tags that were sent. Default: false. */
  takesTags: boolean;
  /** Whether requests of server tasks add a character set to their content type. Default: false (azure-devops.md §12.5). */
  addsCharset: boolean;
  /** The status that refuses a post to a webhook with a wrong signature; default: 401. */
  wrongSignature: number;
  /** How many requests of an identity in five simulated minutes slow it down. */
  rateLimit: RateLimit | undefined;
}

/** The service first slows a caller down, with a notice, then refuses its requests (azure-devops.md §5.6). */
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
  addsCharset: false,
  wrongSignature: 401,
  rateLimit: undefined,
};

/** A call that reached a plan after its end. */
export interface LateCall {
  readonly operation: OperationName;
  readonly planId: string;
  readonly at: number;
}

/** Who a token other than a job's belongs to, and until when. */
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

/** The content of one organization: projects, builds, plans and the tokens of jobs. */
export class Collection {
  readonly organization: string;
  readonly behavior: Behavior;
  readonly now: () => number;
  readonly projects: Project[] = [];
  readonly builds = new Map<number, Build>();
  readonly plans = new Map<string, Plan>();
  /** How callers violated the rules. Tests assert that this is empty. */
  readonly faults: string[] = [];
  readonly late: LateCall[] = [];
  readonly pipelines = new Map<number, PipelineDefinition>();
  readonly releaseDefinitions = new Map<number, ReleaseDefinition>();
  readonly releases = new Map<number, Release>();
  readonly webhooks = new Map<string, IncomingWebhook>();
  /** The rights of the build service in its own project; a job's token belongs to it. */
  readonly buildServiceRights = new Set<Right>([
    'View builds',
    'Queue builds',
    'Stop builds',
    'View releases',
  ]);
  readonly #grants = new Map<string, Grant>();
  readonly #principals = new Map<string, Principal>();
  /** `system.CollectionUri`, with a trailing slash. */
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

  /** Gives `token` access to a project for so many simulated milliseconds. */
  grant(token: string, projectId: string, lifetime: number): void {
    this.#grants.set(token, { projectId, expiresAt: this.now() + lifetime });
  }

  revoke(token: string): void {
    this.#grants.delete(token);
    this.#principals.delete(token);
  }

  /** Makes `token` belong to an identity. */
  admit(token: string, principal: Principal): void {
    this.#principals.set(token, principal);
  }

  /** The owner of the token; undefined for a bad or expired one. */
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

  /** The project that the token gives access to; undefined for a bad or expired one. */
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
