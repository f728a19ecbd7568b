import { isOpen } from '../../../src/actions/stored-action.ts';
import { eventKeyOf } from '../../../src/follow-ups/action-key.ts';
import type {
  ActionChange,
  ActionFigures,
  ActionQuery,
  ActionState,
  ApplicationMemory,
  EventClaim,
  EventStep,
  EventStore,
  MemoryKey,
  PacedAction,
  StoredAction,
} from '../../../src/handler/store/event-store.ts';

/** The disk of the handler's store: what was written survives every crash. */
export class SimulatedDisk implements EventStore {
  readonly #memories = new Map<string, string>();
  readonly #actions = new Map<string, StoredAction>();
  readonly #followed = new Map<string, number>();
  readonly #onMemory: (memory: ApplicationMemory) => void;

  /** `onMemory` is called with the memory of an application once it is stored. */
  constructor(onMemory: (memory: ApplicationMemory) => void = () => undefined) {
    this.#onMemory = onMemory;
  }

  get all(): readonly StoredAction[] {
    return [...this.#actions.values()];
  }

  eventMemory(key: MemoryKey): Promise<ApplicationMemory | undefined> {
    const kept = this.#memories.get(placeOf(key));
    return Promise.resolve(
      kept === undefined ? undefined : (JSON.parse(kept) as ApplicationMemory),
    );
  }

  eventMemoriesOf(uid: string): Promise<readonly ApplicationMemory[]> {
    return Promise.resolve(this.#inOrder().filter((memory) => memory.uid === uid));
  }

  eventMemories(limit: number, after?: MemoryKey): Promise<readonly ApplicationMemory[]> {
    const start = after === undefined ? '' : placeOf(after);
    return Promise.resolve(
      this.#inOrder()
        .filter((memory) => placeOf(memory) > start)
        .slice(0, limit),
    );
  }

  followedSince(names: readonly string[], now: number): Promise<ReadonlyMap<string, number>> {
    const known = new Map(names.map((name) => [name, this.#followed.get(name) ?? now]));
    this.#followed.clear();
    for (const [name, since] of known) this.#followed.set(name, since);
    return Promise.resolve(known);
  }

  recordEvents({ memory, replaces = [], actions }: EventStep): Promise<number> {
    for (const key of replaces) this.#memories.delete(placeOf(key));
    this.#memories.set(placeOf(memory), JSON.stringify(memory));
    const added = actions.filter(({ key }) => !this.#actions.has(key));
    for (const action of added) this.#actions.set(action.key, action);
    this.#onMemory(memory);
    return Promise.resolve(added.length);
  }

  forgetEvents(key: MemoryKey): Promise<void> {
    this.#memories.delete(placeOf(key));
    return Promise.resolve();
  }

  action(key: string): Promise<StoredAction | undefined> {
    return Promise.resolve(this.#actions.get(key));
  }

  actions({ state, uid, limit }: ActionQuery): Promise<readonly StoredAction[]> {
    const found = this.all.filter(
      (action) => (state ?? action.state) === action.state && (uid ?? action.uid) === action.uid,
    );
    return Promise.resolve(found.reverse().slice(0, limit));
  }

  actionsOfEvent(eventKey: string): Promise<readonly StoredAction[]> {
    return Promise.resolve(this.all.filter(({ key }) => eventKeyOf(key) === eventKey));
  }

  actionOfPlan(planId: string): Promise<StoredAction | undefined> {
    return Promise.resolve(this.all.find(({ claim }) => claim?.planId === planId));
  }

  actionsWithOutcome(id: number): Promise<readonly StoredAction[]> {
    return Promise.resolve(this.all.filter(({ outcome }) => outcome?.id === id));
  }

  actionFigures(): Promise<ActionFigures> {
    return Promise.resolve({ states: [], oldestOpenAt: undefined });
  }

  pacedActions(since: number): Promise<readonly PacedAction[]> {
    const counted = this.all.filter(
      ({ state, createdAt }) => state !== 'refused' && state !== 'expired' && createdAt >= since,
    );
    return Promise.resolve(
      counted.map(({ rule, uid, body, dueAt }) => {
        const { action } = JSON.parse(body) as { readonly action: unknown };
        return { rule, uid, action: JSON.stringify(action), dueAt };
      }),
    );
  }

  dueActions(now: number, limit: number): Promise<readonly StoredAction[]> {
    const due = this.#open().filter(({ dueAt }) => dueAt <= now);
    return Promise.resolve(due.sort((a, b) => a.dueAt - b.dueAt).slice(0, limit));
  }

  nextDueAt(): Promise<number | undefined> {
    const times = this.#open().map(({ dueAt }) => dueAt);
    return Promise.resolve(times.length === 0 ? undefined : Math.min(...times));
  }

  changeAction(
    key: string,
    change: ActionChange,
    from?: readonly ActionState[],
    last?: Pick<StoredAction, 'sentAt'>,
  ): Promise<boolean> {
    const action = this.#actions.get(key);
    if (action === undefined) return Promise.reject(new Error(`There is no action ${key}.`));
    const isLast = last === undefined || last.sentAt === action.sentAt;
    const isIn = isLast && (from?.includes(action.state) ?? true);
    if (isIn) this.#actions.set(key, { ...action, ...change });
    return Promise.resolve(isIn);
  }

  claimAction(key: string, claim: EventClaim): Promise<EventClaim | undefined> {
    const action = this.#actions.get(key);
    if (action === undefined) return Promise.resolve(undefined);
    const held = action.claim ?? claim;
    this.#actions.set(key, { ...action, claim: held });
    return Promise.resolve(held);
  }

  sweepActions(): Promise<number> {
    return Promise.resolve(0);
  }

  #inOrder(): readonly ApplicationMemory[] {
    const entries = [...this.#memories].sort(([one], [other]) => (one < other ? -1 : 1));
    return entries.map(([, kept]) => JSON.parse(kept) as ApplicationMemory);
  }

  #open(): StoredAction[] {
    return this.all.filter(({ state }) => isOpen(state));
  }
}

function placeOf({ uid, argocd }: MemoryKey): string {
  return `${uid}|${argocd}`;
}
