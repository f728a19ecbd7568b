import { SimulatedClock } from '../argo-cd/clock.ts';
import { Identifiers } from '../argo-cd/identifiers.ts';
import { Api } from './api.ts';
import type { ApiRequest } from './api-request.ts';
import type { CheckOptions } from './check.ts';
import { CheckEvaluation, invokeRestApi } from './check.ts';
import type { Behavior, Build, LateCall, Project, QueuedBuild } from './collection.ts';
import { Collection, defaultBehaviour } from './collection.ts';
import type { ExtensionManifest } from './connection.ts';
import { readExtension } from './connection.ts';
import { apiDescription } from './description.ts';
import type { FaultRule } from './faults.ts';
import { Faults } from './faults.ts';
import type { GatesOptions } from './gates.ts';
import { GateEvaluation } from './gates.ts';
import { IncomingWebhooks, type IncomingWebhook } from './incoming-webhooks.ts';
import type { Job, JobOptions } from './job.ts';
import { Jobs } from './job.ts';
import type { ServerTaskOptions, TaskUse } from './orchestrator.ts';
import { definitionOf, Orchestrator, referenceOf } from './orchestrator.ts';
import type { PipelineDefinition, PipelineOptions } from './pipeline-definition.ts';
import type { PostedEvent } from './plan.ts';
import type { Principal, Right } from './principal.ts';
import type { Release, ReleaseDefinition, ReleaseDefinitionOptions } from './release.ts';
import type { Run, RunView } from './run-view.ts';
import { viewOf } from './run-view.ts';
import { send, withCharset } from './sender.ts';
import type { ServerJob } from './server-job.ts';
import type { RequestHook } from './service.ts';
import { Service } from './service.ts';
import { TaskEvents } from './task-events.ts';
import type { TemplateOrder } from './template.ts';

export interface SimulatorOptions {
  /** Default: `fabrikam`. */
  readonly organization?: string;
  /** Name of the first project; default: `shop`. */
  readonly projectName?: string;
  /** As on premises: the collection is at `/tfs/<organization>/` rather than `/<organization>/`. */
  readonly onPremises?: boolean;
  /** Default: a free one. */
  readonly port?: number;
  /**
   * Real milliseconds per simulated one; default: 1. `Infinity` stops time, which then moves only by
   * `advance`. Minutes and milliseconds below are simulated time.
   */
  readonly timeScale?: number;
  /** A shared clock, instead of `timeScale` and `startTime`. */
  readonly clock?: SimulatedClock;
  /** Where simulated time starts, in milliseconds since the epoch; default: now. */
  readonly startTime?: number;
  /** How long a request to the task's URL may take, in real milliseconds; default: 20,000. */
  readonly answerLimit?: number;
  /** How long a canceled task may continue, in minutes; default: 5. */
  readonly cancelTimeoutInMinutes?: number;
  /** Whether a job that timed out sends the Cancel request; default: true. */
  readonly cancelsOnTimeout?: boolean;
  /** `vss-extension.json` or its content: defines how connections are authenticated. */
  readonly extension?: string | ExtensionManifest;
  readonly behavior?: Partial<Behavior>;
  /** False, for speed: nothing is checked against Microsoft's description. */
  readonly validate?: boolean;
  /** False, to save memory: `requests` stays empty. */
  readonly keepsRequests?: boolean;
}

/** A gate with its name and task. */
export interface GateUse extends TaskUse {
  readonly name: string;
}

export interface GatesRun extends GatesOptions, Pick<JobOptions, 'planVersion' | 'projectId'> {
  readonly gates: readonly GateUse[];
  readonly variables?: Readonly<Record<string, string>>;
  readonly order?: TemplateOrder;
}

export interface CheckRun extends CheckOptions, Pick<TaskUse, 'inputs'> {
  /** The Generic connection that the check uses. */
  readonly connection: NonNullable<TaskUse['connections']>[string];
  readonly build?: Build;
  readonly projectId?: string;
  /** Those of the linked variable group: a check does not see a pipeline's own. */
  readonly variables?: Readonly<Record<string, string>>;
}

/**
 * An Azure DevOps organization in this process: the task hub's API as callers see it, and the sending side
 * that runs server tasks, gates and checks.
 *
 * ```ts
 * const azure = await AzureDevOpsSimulator.start();
 * const run = azure.runServerTask({ task: 'tasks/ArgoCDSyncServer/V1', inputs, connections });
 * assert.equal((await run.done).result, 'succeeded');
 * assert.deepEqual(azure.faults, []);
 * await azure.stop();
 * ```
 *
 * Every request and response of the API is checked against Microsoft's description; what a caller does wrong
 * is in `faults`.
 */
export class AzureDevOpsSimulator {
  readonly #collection: Collection;
  readonly #clock: SimulatedClock;
  readonly #faults = new Faults();
  readonly #service: Service;
  readonly #jobs: Jobs;
  readonly #orchestrator: Orchestrator;
  readonly #identifiers = new Identifiers('azure-devops');
  readonly #rootPath: string;
  /** An id is never reused, even after a deletion. */
  #nextPipeline = 21;

  static async start(options: SimulatorOptions = {}): Promise<AzureDevOpsSimulator> {
    const simulator = new AzureDevOpsSimulator(options);
    await simulator.#service.listen(options.port ?? 0);
    simulator.#collection.url = simulator.collectionUrl;
    return simulator;
  }

  private constructor(options: SimulatorOptions) {
    const { organization = 'fabrikam', extension } = options;
    const clock =
      options.clock ?? new SimulatedClock(options.timeScale ?? 1, options.startTime ?? Date.now());
    const behavior = { ...defaultBehaviour, ...options.behavior };
    const collection = new Collection({ organization, behavior, now: () => clock.now });
    const after = (milliseconds: number, run: () => void) => void clock.after(milliseconds, run);
    this.#clock = clock;
    this.#collection = collection;
    this.#rootPath = options.onPremises ? `/tfs/${organization}` : `/${organization}`;
    this.#service = new Service({
      collection,
      api: new Api({
        collection,
        events: new TaskEvents({ collection, after }),
        newId: () => this.#identifiers.uid(),
        newCommit: () => this.#identifiers.sha(),
        after,
      }),
      webhooks: new IncomingWebhooks({ collection, newId: () => this.#identifiers.uid() }),
      faults: this.#faults,
      description: (options.validate ?? true) ? apiDescription() : undefined,
      rootPath: this.#rootPath,
      keepsRequests: options.keepsRequests ?? true,
      arrive: () => clock.arrive(),
      sleep: (milliseconds) => clock.sleep(milliseconds),
    });
    this.#jobs = new Jobs(collection, this.#identifiers);
    this.#orchestrator = new Orchestrator({
      collection,
      jobs: this.#jobs,
      identifiers: this.#identifiers,
      clock,
      send: (request, limit) => send(behavior.addsCharset ? withCharset(request) : request, limit),
      answerLimit: options.answerLimit ?? 20_000,
      cancelTimeoutInMinutes: options.cancelTimeoutInMinutes ?? 5,
      cancelsOnTimeout: options.cancelsOnTimeout ?? true,
      extension: typeof extension === 'string' ? readExtension(extension) : extension,
    });
    this.addProject(options.projectName ?? 'shop');
  }

  /** Without a trailing slash. */
  get url(): string {
    return `http://127.0.0.1:${this.#service.port}`;
  }

  /** `system.CollectionUri`, with a trailing slash. */
  get collectionUrl(): string {
    return `${this.url}${this.#rootPath}/`;
  }

  get projectId(): string {
    return this.#collection.projects[0]?.id ?? '';
  }

  get projectName(): string {
    return this.#collection.projects[0]?.name ?? '';
  }

  /** How callers, or the simulator itself, violated the rules; empty in a good test. */
  get faults(): readonly string[] {
    return this.#collection.faults;
  }

  /** The calls that reached a plan after its end. */
  get late(): readonly LateCall[] {
    return this.#collection.late;
  }

  get requests(): readonly ApiRequest[] {
    return this.#service.requests;
  }

  /** May be changed at any time. */
  get behavior(): Behavior {
    return this.#collection.behavior;
  }

  /** Simulated milliseconds since the epoch. */
  get now(): number {
    return this.#clock.arrive();
  }

  /** Called with every request; see `RequestHook`. */
  set onRequest(hook: RequestHook | undefined) {
    this.#service.onRequest = hook;
  }

  /** Advances stopped time by so many milliseconds. */
  advance(milliseconds: number): void {
    this.#clock.advance(milliseconds);
  }

  addProject(name: string): Project {
    const project = { id: this.#identifiers.uid(), name };
    this.#collection.projects.push(project);
    return project;
  }

  /** Adds an identity with these rights in all projects, and its token. */
  addIdentity(name: string, rights: Iterable<Right>): Principal & { readonly token: string } {
    const identity = { id: this.#identifiers.uid(), name, rights: new Set(rights) };
    const token = `token-of-${this.#identifiers.uid()}`;
    this.#collection.admit(token, identity);
    return { ...identity, token };
  }

  /** Adds a pipeline; default: YAML. */
  addPipeline(options: PipelineOptions): PipelineDefinition {
    const { folder = '\\', projectId = this.projectId, parameters = [] } = options;
    const id = this.#nextPipeline++;
    const { settableVariables, runNumber } = options;
    const changing = { parameters, settableVariables, runNumber, isDisabled: false };
    const pipeline = { ...options, id, folder, projectId, ...changing };
    this.#collection.pipelines.set(id, pipeline);
    return pipeline;
  }

  /** Deletes a pipeline. Its id is never reused. */
  removePipeline(id: number): void {
    this.#collection.pipelines.delete(id);
  }

  /** Adds the definition of a classic release. */
  addReleaseDefinition(options: ReleaseDefinitionOptions): ReleaseDefinition {
    const { folder = '\\', projectId = this.projectId } = options;
    const id = 1 + this.#collection.releaseDefinitions.size;
    const definition = { ...options, id, folder, projectId };
    this.#collection.releaseDefinitions.set(id, definition);
    return definition;
  }

  /** Adds a service connection of type Incoming WebHook. */
  addIncomingWebhook(webhook: IncomingWebhook): void {
    this.#collection.webhooks.set(webhook.name, webhook);
  }

  /** All runs, oldest first: those of jobs, of pushes and of webhooks as well. */
  get builds(): readonly Build[] {
    return [...this.#collection.builds.values()];
  }

  /** A run that nobody queued through the API: a push started it. */
  addBuild(definitionName: string, sourceVersion: string): Build {
    return this.#collection.addBuild({
      projectId: this.projectId,
      planId: this.#identifiers.uid(),
      definitionName,
      sourceBranch: 'refs/heads/main',
      sourceVersion,
      status: 'inProgress',
      result: undefined,
    });
  }

  /** The builds that were queued through the API, oldest first. */
  get queuedBuilds(): readonly (Build & { readonly queued: QueuedBuild })[] {
    return [...this.#collection.builds.values()].filter(
      (build): build is Build & { readonly queued: QueuedBuild } => build.queued !== undefined,
    );
  }

  get releases(): readonly Release[] {
    return [...this.#collection.releases.values()];
  }

  /** The rights of the build service, which a job's token belongs to. May be changed. */
  get buildServiceRights(): Set<Right> {
    return this.#collection.buildServiceRights;
  }

  /** Ends a queued build. */
  endBuild(build: Build, result: NonNullable<Build['result']>): void {
    this.#collection.endBuild(build, result);
  }

  /** Plays a fault on the requests that the rule matches. Returns a function that removes it. */
  inject(rule: FaultRule): () => void {
    return this.#faults.add(rule);
  }

  /** Invalidates a token before it expires. */
  revoke(token: string): void {
    this.#collection.revoke(token);
  }

  /** Every completion of the task that was posted, accepted or not. */
  completions({ planId, taskInstanceId }: Pick<Job, 'planId' | 'taskInstanceId'>): PostedEvent[] {
    const all = this.#collection.plans.get(planId)?.completions ?? [];
    return all.filter((event) => event.taskInstanceId === taskInstanceId);
  }

  /** Adds a job that waits for its one task, without telling anybody. */
  addJob(options: JobOptions = {}): Job {
    this.#clock.arrive();
    return this.#jobs.add(options);
  }

  /** Runs an agentless job. Throws if the task's inputs are refused. */
  runServerTask(options: ServerTaskOptions): ServerJob {
    this.#clock.arrive();
    return this.#orchestrator.runServerTask(options);
  }

  /** Evaluates the gates of a classic release. Throws if a task's inputs are refused. */
  runGates({ gates, ...options }: GatesRun): GateEvaluation {
    this.#clock.arrive();
    const [first] = gates;
    if (!first) throw new Error('There are no gates.');
    const definitions = gates.map((gate) => ({ ...gate, task: definitionOf(gate.task) }));
    const job = this.#jobs.add({
      ...options,
      hub: 'gates',
      taskName: first.name,
      task: referenceOf(definitionOf(first.task)),
    });
    const executions = definitions.map((gate, place) => {
      const id = place === 0 ? job.taskInstanceId : this.#identifiers.uid();
      if (place > 0) {
        job.plan.open([
          {
            id,
            parentId: job.jobId,
            type: 'Task',
            name: gate.name,
            order: place + 1,
            refName: `${gate.task.name}${place + 1}`,
            task: referenceOf(gate.task),
            state: 'pending',
          },
        ]);
      }
      return { name: gate.name, execution: this.#orchestrator.execution(job, gate, options, id) };
    });
    return new GateEvaluation(job, executions, this.#clock, options);
  }

  /** Evaluates the built-in Invoke REST API check. Throws if its inputs are refused. */
  runCheck({ connection, inputs = {}, ...options }: CheckRun): CheckEvaluation {
    this.#clock.arrive();
    const job = this.#jobs.add({
      ...options,
      hub: 'checks',
      taskName: 'Invoke REST API',
      task: referenceOf(invokeRestApi),
    });
    const use = { task: invokeRestApi, inputs, connections: { connectedServiceName: connection } };
    const execution = this.#orchestrator.execution(job, use, options);
    return new CheckEvaluation(job, execution, this.#clock, options);
  }

  /** A job, gates or a check, as their page shows them now. */
  view(run: Run): RunView {
    return viewOf(run, this.now);
  }

  /** Cuts all connections and refuses new ones, until `resume`. */
  pause(): Promise<void> {
    return this.#service.close();
  }

  /** Listens on the same port again. */
  resume(): Promise<void> {
    return this.#service.listen();
  }

  async stop(): Promise<void> {
    this.#clock.stop();
    await this.#service.close();
  }
}
