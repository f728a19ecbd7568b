import type { Clock } from '../../async/clock.ts';
import { isoTime } from '../../text/iso-time.ts';
import { logLine, plainLine } from '../../text/foreign-text.ts';
import type { ActionChange, ActionState, EventStore, StoredAction } from '../store/event-store.ts';

/** What an operator may do with a follow-up. */
export const operatorActs = ['redeliver', 'dismiss'] as const;
export type OperatorAct = (typeof operatorActs)[number];

/** The states in which a follow-up may be changed so. */
export const actStates: Readonly<Record<OperatorAct, readonly ActionState[]>> = {
  // An action in `sent` is being looked up; sending it again could execute it twice.
  redeliver: ['done', 'refused', 'expired', 'dismissed'],
  dismiss: ['waiting', 'sent', 'refused', 'expired'],
};

/** The record of an act. `state`: before the act. */
export interface ActRecord {
  readonly act: OperatorAct;
  /** The operator's name as far as known: foreign text, or empty. */
  readonly by: string;
  readonly event: string;
  readonly rule: string;
  readonly state: ActionState;
}

/** What the acts of operators need. */
export interface OperatorActsPorts {
  readonly store: Pick<EventStore, 'actionsOfEvent' | 'changeAction'>;
  readonly clock: Clock;
  /** How long a redelivered action is tried, in milliseconds. */
  readonly keepTrying: () => number;
  /** Called with each act, for the audit log. */
  readonly onAct: (record: ActRecord) => void;
  /** There may be actions to execute. */
  readonly wake: () => void;
}

/** `late`: its state has changed meanwhile. */
export type ActResult = 'acted' | 'unknown' | 'late';

/** Lets operators send follow-ups again or dismiss them. Each act is noted in the action. */
export class OperatorActs {
  readonly #ports: OperatorActsPorts;

  constructor(ports: OperatorActsPorts) {
    this.#ports = ports;
  }

  /** `event`: the 15 digits of the follow-up's event. Rejects with a `StoreError`. */
  async act(act: OperatorAct, event: string, by: string): Promise<ActResult> {
    const { store, onAct, wake } = this.#ports;
    const [action] = await store.actionsOfEvent(event);
    if (action === undefined) return 'unknown';
    const { key, rule, state } = action;
    const isActed = await store.changeAction(key, this.#changeOf(act, action, by), actStates[act]);
    if (!isActed) return 'late';
    onAct({ act, by: plainLine(by, 100), event, rule, state });
    wake();
    return 'acted';
  }

  #changeOf(act: OperatorAct, { message }: StoredAction, by: string): ActionChange {
    const now = this.#ports.clock.now();
    const word = act === 'redeliver' ? 'Redelivered' : 'Dismissed';
    const who = by === '' ? 'an operator' : plainLine(by, 100);
    const said = `${word} by ${who} at ${isoTime(now) ?? ''}.`;
    if (act === 'dismiss') {
      return { state: 'dismissed', message: logLine(`${said} ${message}`.trim(), 2_000) };
    }
    return {
      ...{ state: 'waiting', dueAt: now, expiresAt: now + this.#ports.keepTrying() },
      ...{ tries: 0, looks: 0, sentAt: undefined, request: undefined, outcome: undefined },
      // The new run claims the event itself.
      claim: undefined,
      message: said,
    };
  }
}
