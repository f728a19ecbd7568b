import type { SimulatedClock } from '../argo-cd/clock.ts';
import type { Job } from './job.ts';
import { afterLong, pause } from './pause.ts';
import type { TaskExecution, TaskOutcome } from './task-execution.ts';
import type { TaskResult } from './timeline-record.ts';

export interface JobOutcome {
  readonly result: TaskResult;
  readonly attempts: number;
  /** Why it failed, if Azure DevOps itself detected that. */
  readonly message: string | undefined;
}

export interface ServerJobSettings {
  readonly job: Job;
  readonly execution: TaskExecution;
  readonly clock: SimulatedClock;
  /** Of the whole job, in simulated milliseconds. */
  readonly timeout: number;
  readonly retries: number;
  /** How long a canceled task may continue, in simulated milliseconds. */
  readonly cancelGrace: number;
  /** Whether a job that timed out sends the Cancel request, which is documented nowhere. */
  readonly cancelsOnTimeout: boolean;
  /** From an accepted completion to the completed record, in simulated milliseconds. */
  readonly completionDelay: () => number;
  /** Called when the plan has ended. */
  readonly ended: (result: TaskResult) => void;
}

/** An agentless job with one task: attempts, timeout, cancel, end (azure-devops.md §1.7). */
export class ServerJob {
  readonly job: Job;
  readonly execution: TaskExecution;
  /** Resolves when the job has ended, whatever its result. */
  readonly done: Promise<JobOutcome>;
  readonly #settings: ServerJobSettings;
  readonly #stop = new AbortController();

  constructor(settings: ServerJobSettings) {
    this.job = settings.job;
    this.execution = settings.execution;
    this.#settings = settings;
    this.done = this.#run();
  }

  get executions(): readonly TaskExecution[] {
    return [this.execution];
  }

  /** Cancels the run, like a person does on its page. */
  cancel(): void {
    if (this.job.build.status === 'inProgress') this.job.build.status = 'cancelling';
    this.#stop.abort('cancel');
  }

  async #run(): Promise<JobOutcome> {
    const { clock, timeout, retries } = this.#settings;
    const stopTimer = afterLong(clock, timeout, () => this.#stop.abort('timeout'));
    let outcome: TaskOutcome;
    let attempts = 0;
    for (;;) {
      attempts++;
      outcome = await this.execution.execute(this.#stop.signal);
      if (this.#stop.signal.aborted) break;
      await this.#closeTask(outcome);
      const good = outcome.result === 'succeeded' || outcome.result === 'succeededWithIssues';
      if (good || attempts > retries) break;
      await pause(clock, attempts ** 2 * 1000, this.#stop.signal);
      if (this.#isStopped()) break;
      this.job.plan.restart(this.execution.taskInstanceId);
    }
    stopTimer();
    if (this.#isStopped()) outcome = await this.#stopped();
    this.#finish(outcome.result);
    return { result: outcome.result, attempts, message: outcome.message };
  }

  #isStopped(): boolean {
    return this.#stop.signal.aborted;
  }

  async #stopped(): Promise<TaskOutcome> {
    const { cancelGrace, cancelsOnTimeout } = this.#settings;
    const timedOut = this.#stop.signal.reason === 'timeout';
    if (!timedOut || cancelsOnTimeout) await this.execution.cancel(cancelGrace);
    const message = timedOut ? 'The job has exceeded its time limit.' : 'The job was canceled.';
    this.execution.lines.push(`##[error]${message}`);
    await this.#closeTask({ result: 'canceled', message });
    return { result: 'canceled', message };
  }

  /** Ends the task's record, unless a callback already has. */
  async #closeTask({ result, message }: TaskOutcome): Promise<void> {
    const { clock, completionDelay } = this.#settings;
    const { plan } = this.job;
    const id = this.execution.taskInstanceId;
    if (completionDelay() > 0) await clock.sleep(completionDelay());
    const record = plan.record(id);
    if (record?.state === 'completed') return;
    const issue = message === undefined ? [] : [{ type: 'error', message } as const];
    plan.update([
      {
        id,
        state: 'completed',
        result,
        finishTime: plan.time(),
        issues: [...(record?.issues ?? []), ...issue],
        errorCount: (record?.errorCount ?? 0) + issue.length,
      },
    ]);
  }

  #finish(result: TaskResult): void {
    this.job.plan.finish(result);
    this.#settings.ended(result);
  }
}
