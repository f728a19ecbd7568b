import type { EventKind } from '../events/application-event.ts';

/**
 * How far a follow-up is. `waiting`: to be queued. `queued`: in Azure DevOps, and not begun as far as
 * we know. `notQueued`: and it will not be.
 */
export type FollowUpState = 'waiting' | 'queued' | 'running' | 'ended' | 'notQueued';
/** How the run of a follow-up ended, in the words of Azure DevOps. */
export type FollowUpResult = 'succeeded' | 'partiallySucceeded' | 'failed' | 'canceled';

/** What an event of the run's operation has started in Azure DevOps, as it was last seen. */
export interface FollowUpReport {
  /** Tells it from all others; nothing for people. */
  readonly key: string;
  /** The rule's name. */
  readonly rule: string;
  readonly event: EventKind;
  /** As the rule writes it: `smoke-tests`, `shop/smoke-tests`. */
  readonly pipeline: string;
  readonly state: FollowUpState;
  /** Once it is queued: its id, number and page. */
  readonly run: { readonly id: number; readonly name: string; readonly page: string } | undefined;
  /** Once it has ended. */
  readonly result: FollowUpResult | undefined;
  /** Why it is not queued; foreign text, or empty. */
  readonly message: string;
}

/** Whether its state is final. */
export function isOver({ state }: Pick<FollowUpReport, 'state'>): boolean {
  return state === 'ended' || state === 'notQueued';
}

/** Whether one report says something that the other did not. */
export function differs(one: FollowUpReport, other: FollowUpReport): boolean {
  return one.state !== other.state || one.result !== other.result || one.message !== other.message;
}
