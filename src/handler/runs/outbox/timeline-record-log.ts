import { AzureError } from '../../../azure/http/azure-error.ts';
import type { TaskHub } from '../../../azure/task-hub/task-hub.ts';
import type { RunUnitOfWork } from '../record/run-unit-of-work.ts';

/**
 * The log of a task's record. Appending is not idempotent, so after anything that leaves doubt (a
 * restart, a missing response), the number of lines in the log is read before more are appended:
 * creating the log again returns it (azure-devops.md §12.10).
 */
export class TimelineRecordLog {
  readonly #unitOfWork: RunUnitOfWork;
  readonly #hub: Pick<TaskHub, 'createLog' | 'appendLog'>;
  #isSure = false;

  constructor(unitOfWork: RunUnitOfWork, hub: Pick<TaskHub, 'createLog' | 'appendLog'>) {
    this.#unitOfWork = unitOfWork;
    this.#hub = hub;
  }

  /**
   * Makes the log end with these lines, which follow those already written. The lines and the
   * removal of their items are one step: either alone would lose or duplicate lines.
   */
  async append(
    lines: readonly string[],
    seqs: readonly number[],
    signal: AbortSignal,
  ): Promise<void> {
    const { log, present } = await this.#known(signal);
    // Lines that an earlier try wrote without a response.
    const open = lines.slice(present);
    if (open.length > 0) {
      try {
        await this.#hub.appendLog(log.id, open, signal);
      } catch (error) {
        if (!(error instanceof AzureError && error.failure === 'throttled')) this.#isSure = false;
        throw error;
      }
    }
    this.#isSure = true;
    this.#record({ ...log, written: log.written + lines.length });
    this.#unitOfWork.dequeue(seqs);
  }

  async #known(signal: AbortSignal) {
    const { log } = this.#unitOfWork.run.report;
    if (log !== undefined && this.#isSure) return { log, present: 0 };
    const { id, lineCount } = await this.#hub.createLog(signal);
    if (log === undefined) {
      const made = { id, base: lineCount, written: 0 };
      this.#record(made);
      // What was there before is only known until the first line of ours is sent.
      await this.#unitOfWork.stored();
      return { log: made, present: 0 };
    }
    return { log, present: Math.max(0, lineCount - log.base - log.written) };
  }

  #record(log: { readonly id: number; readonly base: number; readonly written: number }): void {
    const { report } = this.#unitOfWork.run;
    this.#unitOfWork.change({ report: { ...report, log } });
  }
}
