/**
 * The state of an action. `waiting`: to be sent when due. `sent`: requested, but the answer is unknown;
 * it is looked up before it is sent again. `done`. `refused`: it cannot be done without changes.
 * `expired`: it could not be done in time. `dismissed`: by an operator. Only an operator's `redeliver`
 * leaves the last four.
 */
export const actionStates = ['waiting', 'sent', 'done', 'refused', 'expired', 'dismissed'] as const;
export type ActionState = (typeof actionStates)[number];
/** The states of an action that is still to be done. */
export const openStates = ['waiting', 'sent'] as const satisfies readonly ActionState[];

/** Whether the action is still to be done. */
export function isOpen(state: ActionState): boolean {
  return openStates.some((open) => open === state);
}

/** The result of an action in Azure DevOps. `page` is its URL for people. */
export interface ActionOutcome {
  readonly id: number;
  readonly name: string;
  readonly page: string;
}

/**
 * The run that received an event: the first that asked and was proven. `at` is in local milliseconds.
 * `name` and `page` are for people, as the run reports them: foreign text, or empty.
 */
export interface EventClaim {
  /** Identifies the run: its organization, project and plan, or the page of its release. */
  readonly claimant: string;
  /** Id of its plan, in small letters: operations that it starts begin their marker with it. */
  readonly planId: string;
  readonly name: string;
  readonly page: string;
  readonly at: number;
}

/** Something to do because of an event, once. Times are local milliseconds. */
export interface StoredAction {
  /** Derived from event and rule: the same however often the event is seen. */
  readonly key: string;
  /** The application's `uid`. */
  readonly uid: string;
  readonly rule: string;
  readonly createdAt: number;
  /** When it expires; it is not tried afterwards. */
  readonly expiresAt: number;
  readonly state: ActionState;
  /** When to send it or look it up next. */
  readonly dueAt: number;
  /** How often it was sent. */
  readonly tries: number;
  /** When it was last sent; lookups search from then on. */
  readonly sentAt: number | undefined;
  /** How many lookups since then found nothing. */
  readonly looks: number;
  /** The event and what to do, as JSON; written by its creator. */
  readonly body: string;
  /** The last request, as JSON; written by its sender, and used for lookups. */
  readonly request: string | undefined;
  readonly outcome: ActionOutcome | undefined;
  /** Why it was not done; foreign text, or empty. */
  readonly message: string;
  /** Absent until a run claims the event. */
  readonly claim?: EventClaim | undefined;
}

/** The fields of an action that may change. */
export type ActionChange = Partial<
  Pick<
    StoredAction,
    | 'state'
    | 'dueAt'
    | 'tries'
    | 'sentAt'
    | 'looks'
    | 'request'
    | 'outcome'
    | 'message'
    | 'expiresAt'
    | 'claim'
  >
>;
