import type { Memory } from '../sync/model/memory.ts';
import type { OperationStep } from '../sync/model/outcome.ts';
import type { CheckpointStore } from './checkpoint-store.ts';
import type { OperationTracker } from './operation-tracker.ts';
import type { FollowState } from './follow-state.ts';

/** Stores what a follower knows whenever it has learned something that must not be lost. */
export class Checkpointer {
  readonly #checkpoints: CheckpointStore | undefined;
  readonly #path: string;
  readonly #followState: Pick<FollowState, 'memory'>;
  readonly #tracker: Pick<OperationTracker, 'steps' | 'held'>;
  #kept = '';
  #keptSteps: readonly OperationStep[] = [];

  constructor(
    checkpoints: CheckpointStore | undefined,
    path: string,
    followState: Pick<FollowState, 'memory'>,
    tracker: Pick<OperationTracker, 'steps' | 'held'>,
  ) {
    this.#checkpoints = checkpoints;
    this.#path = path;
    this.#followState = followState;
    this.#tracker = tracker;
  }

  /** Stores what is new, together with what was reported in the same turn, without waiting. */
  checkpointIfChanged(): void {
    if (this.#checkpoints === undefined) return;
    const { steps, held } = this.#tracker;
    const milestones = [...milestonesOf(this.#followState.memory), held?.changes.length ?? 0].join(
      '|',
    );
    if (milestones === this.#kept && areSame(steps, this.#keptSteps)) return;
    this.#kept = milestones;
    this.#keptSteps = steps;
    // Callers that must not continue without it call `keep` themselves, and see its faults.
    this.keep().catch(() => undefined);
  }

  /** Resolves when everything is stored durably. */
  async keep(): Promise<void> {
    const { memory } = this.#followState;
    const { steps, held } = this.#tracker;
    await this.#checkpoints?.keep(this.#path, { memory, steps, ...(held && { held }) });
  }
}

/** A time or a wave alone is not worth a write. */
function areSame(some: readonly OperationStep[], others: readonly OperationStep[]): boolean {
  if (some.length !== others.length) return false;
  return some.every((step, place) => {
    const other = others[place];
    return step === other || (step.state === other?.state && step.attempt === other.attempt);
  });
}

/**
 * The parts of a memory that are worth a write: the rest follows from them, or is looked up again.
 */
function milestonesOf(memory: Memory): readonly unknown[] {
  const { uid, identity, request, asked, begun, ended, proven, refresh } = memory;
  return [
    uid,
    identity?.kind === 'adopted' ? identity.fingerprint : identity?.marker,
    identity?.kind === 'adopted' ? identity.startedAt : '',
    request?.state,
    request?.times,
    request?.failure,
    asked !== undefined,
    begun?.startedAt,
    begun?.retryCount,
    ended !== undefined,
    proven !== undefined,
    refresh.answeredAt !== undefined,
    memory.terminatedAt,
    memory.hydration?.base?.at,
    memory.hydration?.tip,
    memory.hydration?.failure?.startedAt,
    memory.hydration?.renderings.length,
    memory.aim?.rendering?.hydrated,
    memory.healthySince,
  ];
}
