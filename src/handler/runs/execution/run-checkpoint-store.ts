import type { Checkpoint, CheckpointStore } from '../../../follow/checkpoint-store.ts';
import type { ApplicationName } from '../../../sync/model/application.ts';
import type { ApplicationResult } from '../../../sync/model/outcome.ts';
import type { KeptPlan } from '../../../sync/plan/plan.ts';
import type { StoredCheckpoint, StoredWait } from '../../store/store.ts';
import type { RunUnitOfWork } from '../record/run-unit-of-work.ts';

/** The checkpoint store of a run: writes to the store through the unit of work. */
export class RunCheckpointStore implements CheckpointStore {
  readonly #unitOfWork: RunUnitOfWork;
  readonly #kept: ReadonlyMap<string, StoredCheckpoint>;

  /** `kept`: what a process before this one stored. */
  constructor(unitOfWork: RunUnitOfWork, kept: readonly StoredCheckpoint[]) {
    this.#unitOfWork = unitOfWork;
    this.#kept = new Map(kept.map((one) => [one.path, one]));
  }

  recall(path: string): ReturnType<CheckpointStore['recall']> {
    const kept = this.#kept.get(path);
    if (kept === undefined) return undefined;
    const { checkpoint, plan, result } = kept;
    return {
      ...(checkpoint === undefined ? {} : { checkpoint }),
      ...(plan === undefined ? {} : { plan }),
      ...(result === undefined ? {} : { result }),
    };
  }

  async found(names: readonly ApplicationName[]): Promise<void> {
    this.#unitOfWork.change({ names });
    await this.#unitOfWork.stored();
  }

  async keep(path: string, checkpoint: Checkpoint): Promise<void> {
    this.#unitOfWork.checkpoint(path, { checkpoint });
    // What is reported in this turn comes first, so that both are one step.
    await Promise.resolve();
    await this.#unitOfWork.stored();
  }

  plan(path: string, plan: KeptPlan): void {
    this.#unitOfWork.checkpoint(path, { plan });
  }

  /** What an earlier process was waiting for. */
  wait(path: string): StoredWait | undefined {
    return this.#kept.get(path)?.wait;
  }

  /** What the application still has to be waited for. What is reported in the same turn is stored with it. */
  keepWait(path: string, wait: StoredWait): void {
    this.#unitOfWork.checkpoint(path, { wait });
  }

  end(path: string, result: ApplicationResult): void {
    this.#unitOfWork.checkpoint(path, { result });
  }
}
