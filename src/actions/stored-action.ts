/**
 * How far an action is. `waiting`: to be sent when its time comes. `sent`: asked for, and the answer is
 * not known: it is looked up before it is sent again. `done`; `refused`: it can never be done as it
 * is; `expired`: it could not be done in time; `dismissed`: by an operator. Nothing leaves the last
 * four but by an operator's `redeliver`.
 */
export const actionStates = ['waiting', 'sent', 'done', 'refused', 'expired', 'dismissed'] as const;
export type ActionState = (typeof actionStates)[number];
/** Of an action that is still to be done. */
export const openStates = ['waiting', 'sent'] as const satisfies readonly ActionState[];

/** Whether something is still to be done. */
export function isOpen(state: ActionState): boolean {
  return openStates.some((open) => open === state);
}

/** What came of an action in Azure DevOps. `page`: its address for people. */
export interface ActionOutcome {
  readonly id: number;
  readonly name: string;
  readonly page: string;
}

/**
 * The run that an event was handed out to, the first that asked for it and proved itself. `at`: local
 * milliseconds. `name` and `page` are for people, as the run tells them: foreign text, or empty.
 */
export interface EventClaim {
  /** The run, and nothing else: its organization, project and plan, or the page of its release. */
  readonly claimant: string;
  readonly name: string;
  readonly page: string;
  readonly at: number;
}

/** Something to do because of an event, once. Times are local milliseconds. */
export interface StoredAction {
  /** Of its event and rule: the same however often the event is seen. */
  readonly key: string;
  /** Whose it is: the application's `uid`. */
  readonly uid: string;
  readonly rule: string;
  readonly createdAt: number;
  /** After that it is not tried any more. */
  readonly expiresAt: number;
  readonly state: ActionState;
  /** When it is to be sent, or looked up, next. */
  readonly dueAt: number;
  /** How often it was sent. */
  readonly tries: number;
  /** When it was sent last; Azure DevOps is asked for what came since. */
  readonly sentAt: number | undefined;
  /** How often it was looked up since, in vain. */
  readonly looks: number;
  /** The event and what is to be done: JSON, written by whoever made it. */
  readonly body: string;
  /** What was sent last: JSON, written by whoever sends it; by this it is looked up. */
  readonly request: string | undefined;
  readonly outcome: ActionOutcome | undefined;
  /** Why it is not done; foreign text, or empty. */
  readonly message: string;
  /** Absent until a run has claimed the event. */
  readonly claim?: EventClaim | undefined;
}

/** What may change of an action. */
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
