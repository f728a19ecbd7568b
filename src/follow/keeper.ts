import type { Memory } from '../sync/memory.ts';
import type { Journal } from './journal.ts';
import type { Story } from './story.ts';
import type { Subject } from './subject.ts';

/** Keeps what a follower knows, whenever it has learned something that must not be lost. */
export class Keeper {
  readonly #journal: Journal | undefined;
  readonly #path: string;
  readonly #subject: Pick<Subject, 'memory'>;
  readonly #story: Pick<Story, 'steps' | 'held'>;
  #kept = '';

  constructor(
    journal: Journal | undefined,
    path: string,
    subject: Pick<Subject, 'memory'>,
    story: Pick<Story, 'steps' | 'held'>,
  ) {
    this.#journal = journal;
    this.#path = path;
    this.#subject = subject;
    this.#story = story;
  }

  /** Keeps what is new, with all that was told in the same turn; nobody waits for it. */
  keepNews(): void {
    if (this.#journal === undefined) return;
    const milestones = [...milestonesOf(this.#subject.memory), this.#stepStates()].join('|');
    if (milestones === this.#kept) return;
    this.#kept = milestones;
    // What must not go on without it waits for a keep of its own, and hears of a fault.
    this.keep().catch(() => undefined);
  }

  /** Resolves when everything is kept for good. */
  async keep(): Promise<void> {
    const { memory } = this.#subject;
    const { steps, held } = this.#story;
    await this.#journal?.keep(this.#path, { memory, steps, ...(held && { held }) });
  }

  #stepStates(): string {
    const { steps, held } = this.#story;
    const states = steps.map(({ state, attempt }) => `${state}${attempt}`).join();
    return `${states}|${held?.changes.length ?? 0}`;
  }
}

/** What of a memory is worth a write: the rest follows from it, or is looked up again. */
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
