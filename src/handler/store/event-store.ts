import type { ActionStore } from '../../actions/action-worker.ts';
import type { ActionState, EventClaim, StoredAction } from '../../actions/stored-action.ts';
import type { EventMemory } from '../../sync/events/event-memory.ts';

export { actionStates, openStates } from '../../actions/stored-action.ts';
export type {
  ActionChange,
  ActionOutcome,
  ActionState,
  EventClaim,
  StoredAction,
} from '../../actions/stored-action.ts';

/** The application that a memory belongs to, as last seen; enough to report its deletion. */
export interface MemorySubject {
  /** Name and URL of the Argo CD instance. */
  readonly argocd: string;
  readonly url: string;
  readonly name: string;
  readonly namespace: string;
  readonly project: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Only those for follow-ups. */
  readonly annotations: Readonly<Record<string, string>>;
  /** From `lookOf`. */
  readonly look: string;
}

/** An application as one Argo CD of the configuration sees it. */
export interface MemoryKey {
  /** Name of the Argo CD instance. Empty in memories of older handlers that do not name one. */
  readonly argocd: string;
  readonly uid: string;
}

/** What is kept of an application between looks, for each Argo CD instance that sees it. */
export interface ApplicationMemory extends EventMemory, MemoryKey {
  /**
   * What the keys of its actions begin with: it tells apart applications of two servers with one `uid`. Absent
   * in memories of older handlers, whose keys begin with the `uid`.
   */
  readonly keyPrefix?: string | undefined;
  /** Absent in memories of older handlers. */
  readonly about?: MemorySubject;
}

/** What the pace of a rule needs of an action. */
export interface PacedAction {
  readonly rule: string;
  /** Of the application. */
  readonly uid: string;
  /** The rendered action, as JSON. */
  readonly action: string;
  /** When it is first due; local milliseconds. */
  readonly dueAt: number;
}

/** What a look at an application showed. Stored as a whole or not at all. */
export interface EventStep {
  readonly memory: ApplicationMemory;
  /** Memories that this one replaces: they are forgotten. */
  readonly replaces?: readonly MemoryKey[];
  /** Existing keys are left unchanged. */
  readonly actions: readonly StoredAction[];
}

/** How many actions there are, for metrics and the status page. */
export interface ActionFigures {
  readonly states: readonly { readonly state: ActionState; readonly count: number }[];
  /** When the oldest action in state `waiting` or `sent` was created. */
  readonly oldestOpenAt: number | undefined;
}

/** Which actions a page shows, newest first. */
export interface ActionQuery {
  readonly state?: ActionState;
  readonly uid?: string;
  /** Name of the application, without its namespace. */
  readonly application?: string;
  /** Only those created before this time. */
  readonly before?: number;
  readonly limit: number;
}

/** Where events and actions are stored, with the same guarantees as `Store`. */
export interface EventStore extends ActionStore {
  eventMemory(key: MemoryKey): Promise<ApplicationMemory | undefined>;
  /** Of all instances, by name. */
  eventMemoriesOf(uid: string): Promise<readonly ApplicationMemory[]>;
  /** At most `limit` memories, by `uid` and instance, after the given one. */
  eventMemories(limit: number, after?: MemoryKey): Promise<readonly ApplicationMemory[]>;
  /**
   * Records since when names are followed, such as the digest of a rule: new names since now. Names that are
   * not given are forgotten. Returns the times of all given names, in local milliseconds.
   */
  followedSince(names: readonly string[], now: number): Promise<ReadonlyMap<string, number>>;
  /** Returns how many of the actions are new. */
  recordEvents(step: EventStep): Promise<number>;
  action(key: string): Promise<StoredAction | undefined>;
  actions(query: ActionQuery): Promise<readonly StoredAction[]>;
  /**
   * The actions whose runs carry these 15 digits (`eventKeyOf`): usually one or none; two keys may collide.
   */
  actionsOfEvent(eventKey: string): Promise<readonly StoredAction[]>;
  actionFigures(): Promise<ActionFigures>;
  /**
   * Hands an action's event out to a run, unless another run has it. Returns the claim that holds; undefined
   * if there is no such action.
   */
  claimAction(key: string, claim: EventClaim): Promise<EventClaim | undefined>;
  /** The action whose event a run has claimed, by the id of the run's plan; the newest of several. */
  actionOfPlan(planId: string): Promise<StoredAction | undefined>;
  /** The actions that queued this run, build or release, newest first. Ids are unique only within an organization. */
  actionsWithOutcome(id: number): Promise<readonly StoredAction[]>;
  /** The actions created since a time, and older ones that have not started. Refused ones are left out. */
  pacedActions(since: number): Promise<readonly PacedAction[]>;
  /** Forgets a deleted application. Its open actions stay. */
  forgetEvents(key: MemoryKey): Promise<void>;
  /** Removes finished actions created before a time. Returns how many. */
  sweepActions(madeBefore: number, most: number): Promise<number>;
}
