import type { EventMemory } from '../../../src/sync/events/event-memory.ts';
import type {
  ActionChange,
  ActionState,
  EventStep,
  EventStore,
  StoredAction,
} from '../../../src/handler/store/event-store.ts';

/** What the handler's store needs of a disk: what was written survives every crash. */
export class SimulatedDisk implements Pick<
  EventStore,
  'eventMemory' | 'recordEvents' | 'dueActions' | 'nextDueAt' | 'changeAction'
> {
  readonly #memories = new Map<string, string>();
  readonly #actions = new Map<string, StoredAction>();

  get actions(): readonly StoredAction[] {
    return [...this.#actions.values()];
  }

  eventMemory(uid: string): Promise<EventMemory | undefined> {
    const kept = this.#memories.get(uid);
    return Promise.resolve(kept === undefined ? undefined : (JSON.parse(kept) as EventMemory));
  }

  recordEvents({ memory, actions }: EventStep): Promise<number> {
    this.#memories.set(memory.uid, JSON.stringify(memory));
    const added = actions.filter(({ key }) => !this.#actions.has(key));
    for (const action of added) this.#actions.set(action.key, action);
    return Promise.resolve(added.length);
  }

  dueActions(now: number, limit: number): Promise<readonly StoredAction[]> {
    const due = this.#open().filter(({ dueAt }) => dueAt <= now);
    return Promise.resolve(due.sort((a, b) => a.dueAt - b.dueAt).slice(0, limit));
  }

  nextDueAt(): Promise<number | undefined> {
    const times = this.#open().map(({ dueAt }) => dueAt);
    return Promise.resolve(times.length === 0 ? undefined : Math.min(...times));
  }

  changeAction(key: string, change: ActionChange, from?: readonly ActionState[]): Promise<boolean> {
    const action = this.#actions.get(key);
    if (action === undefined) return Promise.reject(new Error(`There is no action ${key}.`));
    const isIn = from?.includes(action.state) ?? true;
    if (isIn) this.#actions.set(key, { ...action, ...change });
    return Promise.resolve(isIn);
  }

  #open(): StoredAction[] {
    return this.actions.filter(({ state }) => state === 'waiting' || state === 'sent');
  }
}
