import type { ActionOutcome, StoredAction } from './stored-action.ts';

/**
 * Where actions of one kind are done, such as Azure Pipelines. It has no key by which it would do a
 * request once, so what may have been done is looked up before it is asked for again.
 */
export interface ActionTarget {
  /**
   * The request that `send` makes, as JSON: it is stored before it is sent, since by nothing else can
   * be looked up what came of it. Changes nothing. Rejects with an `ActionError`; any other error
   * counts as `later`.
   */
  prepare(action: StoredAction, signal: AbortSignal): Promise<string>;
  /** Rejects with an `ActionError`; any other error counts as `unclear`. */
  send(request: string, signal: AbortSignal): Promise<ActionOutcome>;
  /**
   * What came of an earlier request, made at `since` by our clock; undefined where there is nothing. It
   * allows for the difference of the clocks.
   */
  lookUp(request: string, since: number, signal: AbortSignal): Promise<ActionOutcome | undefined>;
}

/**
 * Why an action was not done. `refused`: it never will be as it is. `later`: it was not done, and may
 * be; not before `retryAfter` milliseconds, where the target says so. `unclear`: no answer, so that it
 * may have been done. The message is for people, and says what to do.
 */
export class ActionError extends Error {
  override readonly name = 'ActionError';
  readonly kind: 'refused' | 'later' | 'unclear';
  readonly retryAfter: number | undefined;
  /** A word of a closed set, to be counted by; absent where the target has none. */
  readonly reason: string | undefined;

  constructor(kind: ActionError['kind'], message: string, retryAfter?: number, reason?: string) {
    super(message);
    this.kind = kind;
    this.retryAfter = retryAfter;
    this.reason = reason;
  }
}
