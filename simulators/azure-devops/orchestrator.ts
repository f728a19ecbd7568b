import type { SimulatedClock } from '../argo-cd/clock.ts';
import type { Identifiers } from '../argo-cd/identifiers.ts';
import type { Collection } from './collection.ts';
import type { Connection, ExtensionManifest } from './connection.ts';
import type { Job, JobOptions, Jobs } from './job.ts';
import type { Send } from './sender.ts';
import type { InputValues, ServerTask } from './server-task.ts';
import { readServerTask, resolveInputs } from './server-task.ts';
import { ServerJob } from './server-job.ts';
import { TaskExecution } from './task-execution.ts';
import type { TemplateOrder } from './template.ts';

/** A task with its inputs, as in a pipeline. */
export interface TaskUse {
  /** The folder of `task.json`, or its content. */
  readonly task: string | ServerTask;
  /** By name or alias, except connections. */
  readonly inputs?: InputValues;
  /** By the name of their input. */
  readonly connections?: Readonly<Record<string, Connection>>;
}

export interface ServerTaskOptions extends TaskUse, Omit<JobOptions, 'task' | 'taskName'> {
  /** Variables of the pipeline and its variable groups. They may replace predefined ones. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Minutes; default: 60. */
  readonly timeoutInMinutes?: number;
  readonly retryCountOnTaskFailure?: number;
  /** False leaves `$(system.AccessToken)` unexpanded (azure-devops.md §12.14). */
  readonly accessToken?: boolean;
  readonly order?: TemplateOrder;
}

export interface OrchestratorSettings {
  readonly collection: Collection;
  readonly jobs: Jobs;
  readonly identifiers: Identifiers;
  readonly clock: SimulatedClock;
  readonly send: Send;
  readonly answerLimit: number;
  /** Minutes; 5 in a pipeline that sets none. */
  readonly cancelTimeoutInMinutes: number;
  readonly cancelsOnTimeout: boolean;
  readonly extension: ExtensionManifest | undefined;
}

const minute = 60_000;

/** How Azure DevOps executes server tasks: the sending side of the protocol. */
export class Orchestrator {
  readonly #settings: OrchestratorSettings;

  constructor(settings: OrchestratorSettings) {
    this.#settings = settings;
  }

  /**
   * Runs an agentless job with the task. Throws if the inputs are refused, since such a pipeline does not
   * start.
   */
  runServerTask(options: ServerTaskOptions): ServerJob {
    const { collection, clock, cancelTimeoutInMinutes, cancelsOnTimeout } = this.#settings;
    const task = definitionOf(options.task);
    const job = this.#settings.jobs.add({
      ...options,
      task: referenceOf(task),
      taskName: task.friendlyName ?? task.name,
    });
    return new ServerJob({
      job,
      execution: this.execution(job, { ...options, task }, options),
      clock,
      timeout: (options.timeoutInMinutes ?? 60) * minute,
      retries: options.retryCountOnTaskFailure ?? 0,
      cancelGrace: cancelTimeoutInMinutes * minute,
      cancelsOnTimeout,
      completionDelay: () => collection.behavior.completionDelay,
      ended: (result) => {
        if (options.build === undefined) collection.finishBuild(job.build, result);
      },
    });
  }

  /** The execution of one task of a job. Throws if its inputs are refused. */
  execution(
    job: Job,
    use: TaskUse,
    {
      variables = {},
      accessToken = true,
      order = 'macrosFirst',
    }: Pick<ServerTaskOptions, 'variables' | 'accessToken' | 'order'>,
    taskInstanceId = job.taskInstanceId,
  ): TaskExecution {
    const { clock, send, answerLimit, extension, identifiers } = this.#settings;
    const task = definitionOf(use.task);
    const connections = new Map<string, Connection>();
    const ids = Object.entries(use.connections ?? {}).map(([input, connection]) => {
      const id = identifiers.uid();
      connections.set(id, connection);
      return [input, id] as const;
    });
    const inputs = resolveInputs(task, { ...use.inputs, ...Object.fromEntries(ids) });
    const known = new Map([
      ...job.variables(),
      ...Object.entries(variables).map(([name, value]) => [name.toLowerCase(), value] as const),
      ['system.taskinstanceid', taskInstanceId] as const,
    ]);
    if (!accessToken) known.delete('system.accesstoken');
    const context = { task, inputs, connections, variables: known, extension, order };
    return new TaskExecution({
      plan: job.plan,
      taskInstanceId,
      context,
      clock,
      send,
      answerLimit,
    });
  }
}

export function definitionOf(task: string | ServerTask): ServerTask {
  if (typeof task !== 'string') return task;
  return readServerTask(task);
}

export function referenceOf({ id, name, version }: ServerTask) {
  return { id, name, version: `${version.Major}.${version.Minor}.${version.Patch}` };
}
