import type { Checkpoint, Journal } from '../../follow/journal.ts';
import type { ApplicationName } from '../../sync/application.ts';
import type { ApplicationResult } from '../../sync/outcome.ts';
import type { KeptPlan } from '../../sync/plan.ts';
import type { StoredCheckpoint } from '../store/store.ts';
import type { Recorder } from './recorder.ts';

/** The journal of a run: in the store, by way of the recorder. */
export class RunJournal implements Journal {
  readonly #recorder: Recorder;
  readonly #kept: ReadonlyMap<string, StoredCheckpoint>;

  /** `kept`: what a process before this one stored. */
  constructor(recorder: Recorder, kept: readonly StoredCheckpoint[]) {
    this.#recorder = recorder;
    this.#kept = new Map(kept.map((one) => [one.path, one]));
  }

  recall(path: string): ReturnType<Journal['recall']> {
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
    this.#recorder.change({ names });
    await this.#recorder.stored();
  }

  async keep(path: string, checkpoint: Checkpoint): Promise<void> {
    this.#recorder.checkpoint(path, { checkpoint });
    // What is told in this turn comes first, so that both are one step.
    await Promise.resolve();
    await this.#recorder.stored();
  }

  plan(path: string, plan: KeptPlan): void {
    this.#recorder.checkpoint(path, { plan });
  }

  end(path: string, result: ApplicationResult): void {
    this.#recorder.checkpoint(path, { result });
  }
}
