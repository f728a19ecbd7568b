import type { SimulatedClock } from '../argo-cd/clock.ts';
import type { Job } from './job.ts';
import { afterLong, pause } from './pause.ts';
import type { ServerTask } from './server-task.ts';
import type { TaskExecution } from './task-execution.ts';

export interface CheckOptions {
  /** Minutes; default: 43,200. A check without a decision by then is over, and its stage is skipped. */
  readonly timeout?: number;
  /** Minutes between two evaluations; default: 0, which makes a callback's decision final. */
  readonly retryInterval?: number;
}

/** The simulated states of a check run. */
export type CheckStatus = 'approved' | 'rejected' | 'timedOut' | 'canceled';

const minute = 60_000;
const mostEvaluations = 2000;

/**
 * An Invoke REST API check of an environment (azure-devops.md §1.9). Its handler is never told of a canceled
 * run; only the build shows it.
 */
export class CheckEvaluation {
  readonly job: Job;
  readonly execution: TaskExecution;
  readonly done: Promise<CheckStatus>;
  readonly #clock: SimulatedClock;
  readonly #stop = new AbortController();
  #evaluations = 0;

  constructor(
    job: Job,
    execution: TaskExecution,
    clock: SimulatedClock,
    options: CheckOptions = {},
  ) {
    this.job = job;
    this.execution = execution;
    this.#clock = clock;
    this.done = this.#run(options);
  }

  get executions(): readonly TaskExecution[] {
    return [this.execution];
  }

  get evaluations(): number {
    return this.#evaluations;
  }

  /** Cancels the waiting run: the build becomes canceling first, and the check ends soon after. */
  cancelBuild(): void {
    this.job.build.status = 'cancelling';
  }

  /** Ends the check of a canceled build. */
  end(): void {
    this.job.build.status = 'completed';
    this.job.build.result = 'canceled';
    this.#stop.abort('cancel');
  }

  async #run({ timeout = 43_200, retryInterval = 0 }: CheckOptions): Promise<CheckStatus> {
    const stopTimer = afterLong(this.#clock, timeout * minute, () => this.#stop.abort('timeout'));
    const status = await this.#decision(retryInterval * minute);
    stopTimer();
    const result = { approved: 'succeeded', rejected: 'failed' } as const;
    this.job.plan.finish(
      status === 'approved' || status === 'rejected' ? result[status] : 'canceled',
    );
    return status;
  }

  async #decision(interval: number): Promise<CheckStatus> {
    const { plan } = this.job;
    const id = this.execution.taskInstanceId;
    while (this.#evaluations < mostEvaluations) {
      this.#evaluations++;
      const { result } = await this.execution.execute(this.#stop.signal);
      if (this.#stop.signal.aborted) return this.#stopped();
      plan.update([{ id, state: 'completed', result, finishTime: plan.time() }]);
      if (result === 'succeeded' || result === 'succeededWithIssues') return 'approved';
      if (interval === 0) return 'rejected';
      await pause(this.#clock, interval, this.#stop.signal);
      if (this.#stop.signal.aborted) return this.#stopped();
      plan.restart(id);
    }
    return 'rejected';
  }

  #stopped(): CheckStatus {
    return this.#stop.signal.reason === 'timeout' ? 'timedOut' : 'canceled';
  }
}

/** The built-in task of the check, as far as needed here: facts from InvokeRestApiV1's task.json. */
export const invokeRestApi: ServerTask = {
  id: '9c3e8943-130d-4c78-ac63-8af81df62dfb',
  name: 'InvokeRESTAPI',
  friendlyName: 'Invoke REST API',
  version: { Major: 1, Minor: 198, Patch: 0 },
  runsOn: ['Server', 'ServerGate'],
  inputs: [
    {
      name: 'connectedServiceNameSelector',
      type: 'pickList',
      defaultValue: 'connectedServiceName',
      required: true,
    },
    { name: 'connectedServiceName', type: 'connectedService:Generic', required: true },
    { name: 'method', type: 'pickList', defaultValue: 'POST', required: true },
    { name: 'headers', type: 'multiLine', defaultValue: '' },
    {
      name: 'body',
      type: 'multiLine',
      defaultValue: '',
      visibleRule: 'method != GET && method != HEAD',
    },
    { name: 'urlSuffix', type: 'string', defaultValue: '' },
    { name: 'waitForCompletion', type: 'pickList', defaultValue: 'false', required: true },
    {
      name: 'successCriteria',
      type: 'string',
      defaultValue: '',
      visibleRule: 'waitForCompletion = false',
    },
  ],
  execution: {
    HttpRequest: {
      Execute: {
        EndpointId: "TaskInputs[TaskInputs['connectedServiceNameSelector']]",
        EndpointUrl: '$(endpoint.url)$(urlSuffix)',
        Method: '$(method)',
        Body: '$(body)',
        Headers: '$(headers)',
        WaitForCompletion: '$(waitForCompletion)',
        Expression: '$(successCriteria)',
      },
    },
  },
};
