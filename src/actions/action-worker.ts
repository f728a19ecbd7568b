import { backoff } from '../async/backoff.ts';
import { settleTime } from '../azure/pipelines/pipelines.ts';
import type { Clock } from '../async/clock.ts';
import { errorMessage } from '../async/error-message.ts';
import { Wakeup } from '../async/wakeup.ts';
import { logLine } from '../text/foreign-text.ts';
import { ActionError, type ActionTarget } from './action-target.ts';
import { openStates } from './stored-action.ts';
import type { ActionChange, ActionState, StoredAction } from './stored-action.ts';

/** The store in which the worker finds actions and keeps their states. */
export interface ActionStore {
  /** The due actions that are `waiting` or `sent`, ordered by due time. */
  dueActions(now: number, limit: number): Promise<readonly StoredAction[]>;
  /** When the next action is due; undefined if none is open. */
  nextDueAt(): Promise<number | undefined>;
  /**
   * Changes an action, with `from` only if it is in one of these states, with `last` only if it was sent
   * last at that time. Returns whether it did. Rejects with an ordinary error if there is no such action.
   */
  changeAction(
    key: string,
    change: ActionChange,
    from?: readonly ActionState[],
    last?: Pick<StoredAction, 'sentAt'>,
  ): Promise<boolean>;
}

/** The options of the worker. */
export interface ActionWorkerOptions {
  readonly store: ActionStore;
  readonly target: ActionTarget;
  readonly clock: Clock;
  readonly random: () => number;
  /** Called for what an operator should know: store failures and bugs. */
  readonly onFault: (error: unknown) => void;
}

/** How many actions are processed at the same time. */
const mostAtOnce = 16;
/** Milliseconds before a retry. */
const pauses = { first: 1_000, most: 5 * 60_000 } as const;
/** Milliseconds before the next lookup, by the number of earlier ones without a result. */
const pausesOfLook = [2_000, 4_000, 8_000, 16_000, 30_000] as const;
/**
 * The number of lookups, over all processes, that suffices even if no process lives long enough for all
 * of them.
 */
const mostLooks = 12;
/** Milliseconds before the store is tried again after a failure. */
const pauseOfStore = 2_000;
/** The longest sleep; a wakeup ends it. */
const longestSleep = 60_000;

/**
 * Does actions, each once. An action is stored as `sent` before it is sent, so a `sent` action may have
 * been done, whether the answer was lost or the process died. It is looked up six times within a minute
 * before it is sent again. The store counts the lookups, so that they end even if the process is killed
 * repeatedly. The minute is measured within one process, so that a clock jump cannot shorten it.
 *
 * States of an action: see `ActionState`.
 */
export class ActionWorker {
  readonly #options: ActionWorkerOptions;
  readonly #wakeup: Wakeup;
  readonly #busy = new Set<string>();
  /** When this process first saw each action as `sent`. */
  readonly #sentSince = new Map<string, number>();

  constructor(options: ActionWorkerOptions) {
    this.#options = options;
    this.#wakeup = new Wakeup(options.clock);
  }

  /** Wakes the worker: there may be something to do. */
  wake(): void {
    this.#wakeup.wake();
  }

  /** Works until the signal aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const pause = await this.#begin(signal);
      if (pause > 0) await this.#wakeup.wait(pause, signal);
    }
  }

  /** Starts due actions up to the limit. Returns how long there is nothing more to start. */
  async #begin(signal: AbortSignal): Promise<number> {
    const { store, clock, onFault } = this.#options;
    try {
      const room = mostAtOnce - this.#busy.size;
      if (room <= 0) return longestSleep;
      const due = await store.dueActions(clock.now(), mostAtOnce);
      const ready = due.filter(({ key }) => !this.#busy.has(key)).slice(0, room);
      for (const action of ready) void this.#work(action, signal);
      if (ready.length > 0) return 0;
      const next = await store.nextDueAt();
      // Due actions in progress wake the worker when they finish.
      if (next === undefined || next <= clock.now()) return longestSleep;
      return Math.min(longestSleep, next - clock.now());
    } catch (error) {
      onFault(error);
      return pauseOfStore;
    }
  }

  async #work(action: StoredAction, signal: AbortSignal): Promise<void> {
    const { key } = action;
    this.#busy.add(key);
    const now = this.#options.clock.now();
    const sentSince = action.state === 'sent' ? (this.#sentSince.get(key) ?? now) : now;
    this.#sentSince.set(key, sentSince);
    try {
      const state = await work(action, { ...this.#options, sentSince }, signal);
      if (state !== 'sent') this.#sentSince.delete(key);
    } catch (error) {
      if (!signal.aborted) this.#options.onFault(error);
      await this.#options.clock.sleep(pauseOfStore, signal);
    } finally {
      this.#busy.delete(key);
      this.wake();
    }
  }
}

/** The options of one step of an action. */
export interface ActionStepOptions extends Omit<ActionWorkerOptions, 'onFault'> {
  /** When this process first saw it as `sent`. */
  readonly sentSince: number;
}

/** Takes an action one step further and returns its state. Rejects only with errors of the store. */
export async function work(
  action: StoredAction,
  options: ActionStepOptions,
  signal: AbortSignal,
): Promise<ActionState> {
  const { store, clock } = options;
  const change = async (changed: ActionChange, last = action): Promise<ActionState> => {
    // An operator may have dismissed it in the meantime, but a result still counts; unless it was also
    // redelivered, since the result of this request says nothing of the next one.
    const from = changed.state === 'done' ? undefined : openStates;
    const { sentAt } = last;
    const isChanged = await store.changeAction(action.key, changed, from, { sentAt });
    return isChanged ? (changed.state ?? action.state) : 'dismissed';
  };
  if (action.state === 'sent') {
    const looked = await lookUp(action, options, signal);
    if (signal.aborted) return action.state;
    if (looked !== 'again') return change(looked);
  }
  if (clock.now() >= action.expiresAt) {
    return change({ state: 'expired', message: action.message || 'It could not be done in time.' });
  }
  const tries = action.tries + 1;
  const prepared = await prepare({ ...action, tries }, options, signal);
  if (signal.aborted) return action.state;
  if (typeof prepared !== 'string') return change({ ...prepared, tries });
  const now = clock.now();
  const sent = {
    state: 'sent',
    tries,
    sentAt: now,
    dueAt: now,
    looks: 0,
    request: prepared,
  } as const;
  const state = await change(sent);
  if (signal.aborted || state !== sent.state) return state;
  const asked = { ...action, ...sent };
  const result = await send(asked, options, signal);
  return result === undefined ? sent.state : change({ state: sent.state, ...result }, asked);
}

/** The request to send, or why there is none. */
async function prepare(
  action: StoredAction,
  options: ActionStepOptions,
  signal: AbortSignal,
): Promise<string | ActionChange> {
  try {
    return await options.target.prepare(action, signal);
  } catch (error) {
    return notDone(action, error, options);
  }
}

/** The result of an earlier request. `again`: it was not carried out, and never will be. */
async function lookUp(
  action: StoredAction,
  { target, clock, sentSince }: ActionStepOptions,
  signal: AbortSignal,
): Promise<ActionChange | 'again'> {
  const { sentAt = action.createdAt, looks, request = '' } = action;
  const isSettled = clock.now() - sentSince >= settleTime || looks >= mostLooks;
  const pause = pausesOfLook[looks] ?? (isSettled ? undefined : pausesOfLook[0]);
  try {
    const outcome = await target.lookUp(request, sentAt, signal);
    if (outcome !== undefined) return { state: 'done', outcome, message: '' };
    if (pause === undefined) return 'again';
    return { looks: looks + 1, dueAt: clock.now() + pause };
  } catch (error) {
    // Without an answer the result is unknown, so it is not sent again, however long that lasts.
    const isOver = clock.now() >= action.expiresAt;
    const message = messageOf(error);
    if (isOver) return { state: 'expired', message };
    return { dueAt: clock.now() + Math.max(retryAfterOf(error), pauses.first * 10), message };
  }
}

/** Sends an action. Undefined if the end of the process cut it off; the store then says `sent`. */
async function send(
  action: StoredAction & { readonly request: string },
  options: ActionStepOptions,
  signal: AbortSignal,
): Promise<ActionChange | undefined> {
  const { target, clock } = options;
  try {
    const outcome = await target.send(action.request, signal);
    return { state: 'done', outcome, message: '' };
  } catch (error) {
    if (signal.aborted) return undefined;
    if (error instanceof ActionError && error.kind !== 'unclear') {
      return notDone(action, error, options);
    }
    return { dueAt: clock.now() + pausesOfLook[0], message: messageOf(error) };
  }
}

/** The next state of an action that was certainly not done. */
function notDone(
  { tries, expiresAt }: StoredAction,
  error: unknown,
  { clock, random }: ActionStepOptions,
): ActionChange {
  const message = messageOf(error);
  if (error instanceof ActionError && error.kind === 'refused')
    return { state: 'refused', message };
  const dueAt = clock.now() + Math.max(retryAfterOf(error), backoff(tries, pauses, random));
  return dueAt >= expiresAt ? { state: 'expired', message } : { state: 'waiting', dueAt, message };
}

/** Foreign text, bounded for the store. */
function messageOf(error: unknown): string {
  return logLine(errorMessage(error), 2_000);
}

function retryAfterOf(error: unknown): number {
  return error instanceof ActionError ? (error.retryAfter ?? 0) : 0;
}
