import { AzureError } from '../../../azure/http/azure-error.ts';
import type { TaskHub, TaskHubResult } from '../../../azure/task-hub/task-hub.ts';
import type { Clock } from '../../../async/clock.ts';
import type { RunUnitOfWork } from '../record/run-unit-of-work.ts';
import type { NextTry } from '../verification/tries.ts';

/** What reporting a run's completion needs besides its task hub. */
export interface CompletionPorts {
  readonly clock: Clock;
  /** What is known about a later try of the task. */
  readonly nextTry: () => Promise<NextTry>;
}

/** The state of a completion that may have been sent. `replaced`: a newer try reports now. */
export type Arrival = 'arrived' | 'missing' | 'replaced';

/**
 * After a failure, Azure DevOps may retry the task, and its record is open again. How long to wait
 * for a new try to arrive, and for one that has arrived to be verified, in milliseconds.
 */
const nextTry = { comes: 5_000, provesItself: 60_000, lookEvery: 250 };

/**
 * Sends the completion of a run once: before it is sent again, the record shows whether it arrived
 * (azure-devops.md §12.9).
 */
export class Completion {
  readonly #unitOfWork: RunUnitOfWork;
  readonly #hub: Pick<TaskHub, 'post' | 'records'>;
  readonly #ports: CompletionPorts;

  constructor(
    unitOfWork: RunUnitOfWork,
    hub: Pick<TaskHub, 'post' | 'records'>,
    ports: CompletionPorts,
  ) {
    this.#unitOfWork = unitOfWork;
    this.#hub = hub;
    this.#ports = ports;
  }

  /** The state of a completion that may have been sent. */
  async arrival(result: TaskHubResult, signal: AbortSignal): Promise<Arrival> {
    const { clock, nextTry: ask } = this.#ports;
    if (await this.#isCompleted(signal)) return 'arrived';
    const began = await this.#since();
    for (;;) {
      signal.throwIfAborted();
      const next = await ask();
      // Sending it again would end the next try.
      if (next === 'proven') return 'replaced';
      if (next === 'none' && result !== 'failed') return 'missing';
      const retryBackoff = next === 'none' ? nextTry.comes : nextTry.provesItself;
      if (clock.now() - began >= retryBackoff) break;
      await clock.sleep(nextTry.lookEvery, signal);
    }
    return (await this.#isCompleted(signal)) ? 'arrived' : 'missing';
  }

  /** Sends it, after storing that it may have been sent. */
  async send(result: TaskHubResult, signal: AbortSignal): Promise<void> {
    const { report } = this.#unitOfWork.run;
    const completingSince = this.#ports.clock.now();
    this.#unitOfWork.change({ report: { ...report, isCompleting: true, completingSince } });
    await this.#unitOfWork.stored();
    const { planVersion } = report;
    const post = (each: TaskHubResult) =>
      this.#hub.post({ name: 'TaskCompleted', result: each }, planVersion, signal);
    try {
      await post(result);
    } catch (error) {
      const plain = plainer[result];
      if (!(error instanceof AzureError && error.failure === 'refused') || plain === undefined) {
        throw error;
      }
      await post(plain);
    }
  }

  /** When it was last sent. Stored, so that the wait does not start over after a crash. */
  async #since(): Promise<number> {
    const { report } = this.#unitOfWork.run;
    if (report.completingSince !== undefined) return report.completingSince;
    const completingSince = this.#ports.clock.now();
    this.#unitOfWork.change({ report: { ...report, completingSince } });
    await this.#unitOfWork.stored();
    return completingSince;
  }

  async #isCompleted(signal: AbortSignal): Promise<boolean> {
    try {
      const records = await this.#hub.records(signal);
      const own = this.#unitOfWork.run.spec.address.taskInstanceId.toLowerCase();
      return records.some(({ id, state }) => id.toLowerCase() === own && state === 'completed');
    } catch (error) {
      // A completion was sent, and the plan is over: that is what a completion does.
      if (error instanceof AzureError && error.failure === 'plan-gone') return true;
      throw error;
    }
  }
}

/** Only these two are documented for callbacks (azure-devops.md §2.2, §12.13). */
const plainer: Partial<Record<TaskHubResult, TaskHubResult>> = {
  canceled: 'failed',
  succeededWithIssues: 'succeeded',
};
