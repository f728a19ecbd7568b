import type { ActionOutcome, StoredAction } from './stored-action.ts';

/**
 * The target of one kind of action, such as Azure Pipelines. It has no idempotency keys, so a request
 * that may have been carried out is looked up before it is repeated.
 */
export interface ActionTarget {
  /**
   * Prepares the request for `send`, as JSON. It is stored before it is sent, because its result can
   * only be looked up by the request. Changes nothing. Rejects with an `ActionError`; any other error
   * counts as `later`.
   */
  prepare(action: StoredAction, signal: AbortSignal): Promise<string>;
  /** Rejects with an `ActionError`; any other error counts as `unclear`. */
  send(request: string, signal: AbortSignal): Promise<ActionOutcome>;
  /**
   * Finds the result of an earlier request, sent at `since` by our clock; undefined if there is none.
   * Allows for clock differences.
   */
  lookUp(request: string, since: number, signal: AbortSignal): Promise<ActionOutcome | undefined>;
}

/**
 * Why an action was not done. `refused`: a retry without changes fails again. `later`: not done, but a
 * retry may succeed, after `retryAfter` milliseconds if the target says so. `unclear`: no answer, so it
 * may have been done. The message is for people and says what to do.
 */
export class ActionError extends Error {
  override readonly name = 'ActionError';
  readonly kind: 'refused' | 'later' | 'unclear';
  readonly retryAfter: number | undefined;
  /** A word of a closed set, for metrics; undefined if the target has none. */
  readonly reason: string | undefined;

  constructor(kind: ActionError['kind'], message: string, retryAfter?: number, reason?: string) {
    super(message);
    this.kind = kind;
    this.retryAfter = retryAfter;
    this.reason = reason;
  }
}
