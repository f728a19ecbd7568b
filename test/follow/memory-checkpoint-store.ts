import type { Checkpoint, CheckpointStore } from '../../src/follow/checkpoint-store.ts';
import type { ApplicationName } from '../../src/sync/model/application.ts';
import type { ApplicationResult } from '../../src/sync/model/outcome.ts';
import type { KeptPlan } from '../../src/sync/plan/plan.ts';

/** A checkpoint store that behaves like a real one: what is read from it went through JSON. */
export class MemoryCheckpointStore implements CheckpointStore {
  readonly #checkpoints = new Map<string, string>();
  readonly #plans = new Map<string, string>();
  readonly #results = new Map<string, string>();
  names: readonly ApplicationName[] | undefined;
  /** What was stored, in order. */
  readonly pages: Checkpoint[] = [];
  /** Called before something is stored. */
  onKeep: (checkpoint: Checkpoint) => Promise<void> = () => Promise.resolve();

  recall(path: string): ReturnType<CheckpointStore['recall']> {
    const checkpoint = this.#checkpoints.get(path);
    const plan = this.#plans.get(path);
    const result = this.#results.get(path);
    return {
      ...(checkpoint === undefined ? {} : { checkpoint: JSON.parse(checkpoint) as Checkpoint }),
      ...(plan === undefined ? {} : { plan: JSON.parse(plan) as KeptPlan }),
      ...(result === undefined ? {} : { result: JSON.parse(result) as ApplicationResult }),
    };
  }

  found(names: readonly ApplicationName[]): Promise<void> {
    this.names = names;
    return Promise.resolve();
  }

  async keep(path: string, checkpoint: Checkpoint): Promise<void> {
    await this.onKeep(checkpoint);
    this.pages.push(checkpoint);
    this.#checkpoints.set(path, JSON.stringify(checkpoint));
  }

  plan(path: string, plan: KeptPlan): void {
    this.#plans.set(path, JSON.stringify(plan));
  }

  end(path: string, result: ApplicationResult): void {
    this.#results.set(path, JSON.stringify(result));
  }
}
