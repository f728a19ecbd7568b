import type { Identifiers } from '../argo-cd/identifiers.ts';
import type { Build, Collection } from './collection.ts';
import type { Hub, Plan } from './plan.ts';

/** The job's one task, as shown in the timeline. */
export interface TaskReference {
  readonly id: string;
  readonly name: string;
  readonly version: string;
}

export interface JobOptions {
  /** Default: `build`. */
  readonly hub?: Hub;
  /** Default: the first project. */
  readonly projectId?: string;
  /** Version of the plan; default: 13. Gates of version 12 and below require other ids in events. */
  readonly planVersion?: number;
  /** How long the job's token is valid, in simulated milliseconds; default: 48 hours. */
  readonly tokenLifetime?: number;
  /** Default: a new build. For a check, the build that waits for it. */
  readonly build?: Build;
  readonly stageName?: string;
  readonly jobName?: string;
  /** The task's name in the timeline. */
  readonly taskName?: string;
  readonly task?: TaskReference;
}

/** One task of one job, in a separate plan, with what a handler is told about it. */
export interface Job {
  readonly plan: Plan;
  readonly planId: string;
  readonly timelineId: string;
  readonly projectId: string;
  readonly hub: Hub;
  readonly stageId: string;
  readonly jobId: string;
  readonly taskInstanceId: string;
  readonly token: string;
  readonly build: Build;
  /** `system.*`, `build.*` and `release.*`, by lower-case name. */
  readonly variables: () => ReadonlyMap<string, string>;
}

/** What the variables of a job are derived from. */
interface Told {
  readonly planId: string;
  readonly timelineId: string;
  readonly projectId: string;
  readonly project: string;
  readonly hub: Hub;
  readonly stageId: string;
  readonly stageName: string;
  readonly jobId: string;
  readonly jobName: string;
  readonly taskInstanceId: string;
  readonly refName: string;
  readonly token: string;
  readonly build: Build;
}

const hour = 3_600_000;
/** Contains characters that break JSON when substituted raw, as in azure-pipelines-tasks#13098. */
const requestedFor = '[shop]\\Jamal "JJ" Hartnett';
/** As in a recorded check; any task will do. */
const someTask = {
  id: '9c3e8943-130d-4c78-ac63-8af81df62dfb',
  name: 'InvokeRESTAPI',
  version: '1.198.0',
};

/** Creates jobs with plan, timeline, build and token. Cheap enough for thousands. */
export class Jobs {
  readonly #collection: Collection;
  readonly #identifiers: Identifiers;

  constructor(collection: Collection, identifiers: Identifiers) {
    this.#collection = collection;
    this.#identifiers = identifiers;
  }

  add(options: JobOptions = {}): Job {
    const { hub = 'build', planVersion = 13, task = someTask } = options;
    const collection = this.#collection;
    const project = collection.project(options.projectId ?? collection.projects[0]?.id ?? '');
    if (!project) throw new Error(`There is no project ${options.projectId ?? ''}.`);
    const id = () => this.#identifiers.uid();
    const [planId, stageId, phaseId, jobId, taskInstanceId] = [id(), id(), id(), id(), id()];
    // In all recorded cases, the timeline has the plan's id (azure-devops.md §11.5).
    const timelineId = planId;
    const token = this.#token();
    const plan = collection.addPlan(
      { id: planId, timelineId, projectId: project.id, hub, version: planVersion, token },
      options.tokenLifetime ?? 48 * hour,
    );
    const build = options.build ?? this.#build(project.id, planId);
    const { stageName = 'Deploy', jobName = 'sync', taskName = task.name } = options;
    const started = { state: 'inProgress', startTime: plan.time() } as const;
    plan.open([
      { id: stageId, type: 'Stage', name: stageName, order: 1, ...started },
      { id: phaseId, parentId: stageId, type: 'Phase', name: jobName, order: 1, ...started },
      { id: jobId, parentId: phaseId, type: 'Job', name: jobName, order: 1, ...started },
      {
        id: taskInstanceId,
        parentId: jobId,
        type: 'Task',
        name: taskName,
        order: 1,
        refName: `${task.name}1`,
        task,
        ...started,
      },
    ]);
    const ids = { planId, timelineId, projectId: project.id, hub, stageId, jobId, taskInstanceId };
    const names = { stageName, jobName, project: project.name };
    const told = { ...ids, ...names, token, build, refName: `${task.name}1` };
    // Computed on demand: of many thousands of jobs, most never need it.
    const variables = () => this.#variables(told);
    return { plan, ...ids, token, build, variables };
  }

  /** Has the form and length of a real one. */
  #token(): string {
    const sha = this.#identifiers.sha();
    return `eyJ0eXAiOiJKV1QiLCJhbGciOiJSUzI1NiJ9.${sha.repeat(12)}.${sha.repeat(8)}`;
  }

  #build(projectId: string, planId: string): Build {
    return this.#collection.addBuild({
      projectId,
      planId,
      definitionName: 'shop-deploy',
      sourceBranch: 'refs/heads/main',
      sourceVersion: this.#identifiers.sha(),
      status: 'inProgress',
      result: undefined,
    });
  }

  #variables(about: Told) {
    const { url } = this.#collection;
    const { build } = about;
    const variables: Record<string, string> = {
      'system.CollectionUri': url,
      'system.TeamFoundationCollectionUri': url,
      'system.TeamFoundationServerUri': url,
      'system.TeamProjectId': about.projectId,
      'system.TeamProject': about.project,
      'system.HostType': about.hub,
      'system.PlanId': about.planId,
      'system.JobId': about.jobId,
      'system.TimelineId': about.timelineId,
      'system.TaskInstanceId': about.taskInstanceId,
      'system.TaskInstanceName': about.refName,
      'system.AccessToken': about.token,
      'system.StageName': about.stageName,
      'system.StageId': about.stageId,
      'system.StageAttempt': '1',
      'system.JobName': about.jobName,
      'build.BuildId': String(build.id),
      'build.BuildNumber': build.buildNumber,
      'build.BuildUri': `vstfs:///Build/Build/${build.id}`,
      'build.DefinitionName': build.definitionName,
      'build.SourceBranch': build.sourceBranch,
      'build.SourceBranchName': build.sourceBranch.replace(/^.*\//, ''),
      'build.SourceVersion': build.sourceVersion,
      'build.Reason': 'Manual',
      'build.RequestedFor': requestedFor,
      'build.QueuedBy': requestedFor,
      ...(about.hub === 'checks' && {
        'checks.StageId': about.stageId,
        'checks.StageAttempt': '1',
      }),
      ...((about.hub === 'release' || about.hub === 'gates') && {
        'release.DefinitionName': `${build.definitionName} release`,
        'release.Deployment.RequestedFor': requestedFor,
        'release.RequestedFor': requestedFor,
        'release.ReleaseId': '31',
        'release.ReleaseName': 'Release-31',
        'release.EnvironmentName': about.stageName,
        'release.ReleaseWebUrl': `${url}${about.projectId}/_release?releaseId=31&_a=release-summary`,
      }),
    };
    return new Map(
      Object.entries(variables).map(([name, value]) => [name.toLowerCase(), value] as const),
    );
  }
}
