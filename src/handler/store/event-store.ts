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

/** Of which application a memory is, as it was last seen; enough to tell that it is gone. */
export interface MemorySubject {
  /** Name of the Argo CD instance, and its address. */
  readonly argocd: string;
  readonly url: string;
  readonly name: string;
  readonly namespace: string;
  readonly project: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Those that are for us. */
  readonly annotations: Readonly<Record<string, string>>;
  /** As `lookOf` says it. */
  readonly look: string;
}

/** What is kept of an application between looks. */
export interface ApplicationMemory extends EventMemory {
  /** Absent in what a handler stored that did not know it. */
  readonly about?: MemorySubject;
}

/** An action as the pace of its rule counts it. */
export interface PacedAction {
  readonly rule: string;
  /** The rendered action: JSON. */
  readonly action: string;
  /** When it was, or is, to be done first; local milliseconds. */
  readonly dueAt: number;
}

/** What a look at an application told: it is stored as a whole or not at all. */
export interface EventStep {
  readonly memory: ApplicationMemory;
  /** Those whose key is there already are left as they are. */
  readonly actions: readonly StoredAction[];
}

/** How many actions there are, for metrics and the status page. */
export interface ActionFigures {
  readonly states: readonly { readonly state: ActionState; readonly count: number }[];
  /** When the oldest that is `waiting` or `sent` was made. */
  readonly oldestOpenAt: number | undefined;
}

/** Which actions a page shows: newest first. */
export interface ActionQuery {
  readonly state?: ActionState;
  readonly uid?: string;
  /** Name of the application, without its namespace. */
  readonly application?: string;
  /** Only those made before this time. */
  readonly before?: number;
  readonly limit: number;
}

/** Where events and actions are kept; the promises of `Store` hold for it. */
export interface EventStore extends ActionStore {
  eventMemory(uid: string): Promise<ApplicationMemory | undefined>;
  /** So many memories, by `uid`, after the one of `after`. */
  eventMemories(limit: number, after?: string): Promise<readonly ApplicationMemory[]>;
  /**
   * Keeps since when something is cared for, such as a rule by its digest: what is new, since now; what
   * is not named any more is forgotten. Says it of all, in local milliseconds.
   */
  careSince(names: readonly string[], now: number): Promise<ReadonlyMap<string, number>>;
  /** Says how many of the actions are new. */
  recordEvents(step: EventStep): Promise<number>;
  action(key: string): Promise<StoredAction | undefined>;
  actions(query: ActionQuery): Promise<readonly StoredAction[]>;
  /**
   * Those whose runs carry these 15 digits (`eventKeyOf`): one, or none; of more keys than anybody has,
   * two may be alike.
   */
  actionsOfEvent(eventKey: string): Promise<readonly StoredAction[]>;
  actionFigures(): Promise<ActionFigures>;
  /**
   * Hands an action's event out to a run, unless another has it; says which one has it now. Undefined
   * where there is no such action.
   */
  claimAction(key: string, claim: EventClaim): Promise<EventClaim | undefined>;
  /** The actions that made this run, build or release, the newest first: ids are those of one organization. */
  actionsWithOutcome(id: number): Promise<readonly StoredAction[]>;
  /** The actions made since a time, and those that have yet to be begun; refused ones are left out. */
  pacedActions(since: number): Promise<readonly PacedAction[]>;
  /** Forgets an application that is gone; what is to be done stays. */
  forgetEvents(uid: string): Promise<void>;
  /** Removes actions that are over and were made before a time. Says how many. */
  sweepActions(madeBefore: number, most: number): Promise<number>;
}
