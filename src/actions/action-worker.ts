import { backoff } from '../async/backoff.ts';
import { settleTime } from '../azure/pipelines/pipelines.ts';
import type { Clock } from '../async/clock.ts';
import { errorMessage } from '../async/error-message.ts';
import { Wakeup } from '../async/wakeup.ts';
import { logLine } from '../text/foreign-text.ts';
import { ActionError, type ActionTarget } from './action-target.ts';
import { openStates } from './stored-action.ts';
import type { ActionChange, ActionState, StoredAction } from './stored-action.ts';

/** Where the worker finds what is to be done, and keeps how far it is. */
export interface ActionStore {
  /** Those that are `waiting` or `sent`, and due: those due first come first. */
  dueActions(now: number, limit: number): Promise<readonly StoredAction[]>;
  /** When the next action is due; undefined where none is open. */
  nextDueAt(): Promise<number | undefined>;
  /**
   * Changes an action; with `from` only one that is in such a state, and says whether it did. Rejects
   * with an ordinary error where there is no such action.
   */
  changeAction(key: string, change: ActionChange, from?: readonly ActionState[]): Promise<boolean>;
}

/** What the worker is told to work with. */
export interface ActionWorkerOptions {
  readonly store: ActionStore;
  readonly target: ActionTarget;
  readonly clock: Clock;
  readonly random: () => number;
  /** Told what an operator should know: the store that cannot store, and bugs. */
  readonly onFault: (error: unknown) => void;
}

/** Actions that are worked at the same time. */
const mostAtOnce = 16;
/** Milliseconds before the next try after one that came to nothing. */
const pauses = { first: 1_000, most: 5 * 60_000 } as const;
/** Milliseconds before the next look for what may have been done, by how many were in vain. */
const pausesOfLook = [2_000, 4_000, 8_000, 16_000, 30_000] as const;
/** So many looks, of however many processes, are enough where none of them lives as long as that takes. */
const mostLooks = 12;
/** Milliseconds until a store is asked again that could not answer. */
const pauseOfStore = 2_000;
/** The longest sleep; a wakeup ends it. */
const longestSleep = 60_000;

/**
 * Does actions, each once. That one is sent is stored before it is sent; so one that is found `sent`
 * may have been done, be it that no answer came or that the process died. It is looked up, six times
 * over a minute, and only then sent again. The looks are counted in the store, so that a process which
 * is killed again and again comes to an end with them; and the minute is one of a single process, so
 * that a clock which jumped meanwhile does not make it shorter.
 *
 * States of an action: see `ActionState`.
 */
export class ActionWorker {
  readonly #options: ActionWorkerOptions;
  readonly #wakeup: Wakeup;
  readonly #busy = new Set<string>();
  /** Since when this process has known of those that are `sent`. */
  readonly #sentSince = new Map<string, number>();

  constructor(options: ActionWorkerOptions) {
    this.#options = options;
    this.#wakeup = new Wakeup(options.clock);
  }

  /** There may be something to do. */
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

  /** Begins what is due, as far as there is room. Says how long there is nothing more to begin. */
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
      // What is due and at work wakes us when it is over.
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

/** What one step of an action works with. */
export interface ActionStepOptions extends Omit<ActionWorkerOptions, 'onFault'> {
  /** Since when this process has known that it is `sent`. */
  readonly sentSince: number;
}

/** Takes an action one step further, and says its state. Rejects with the store's errors alone. */
export async function work(
  action: StoredAction,
  options: ActionStepOptions,
  signal: AbortSignal,
): Promise<ActionState> {
  const { store, clock } = options;
  const change = async (changed: ActionChange): Promise<ActionState> => {
    // An operator may have dismissed it meanwhile; but what is done is done.
    const from = changed.state === 'done' ? undefined : openStates;
    const isChanged = await store.changeAction(action.key, changed, from);
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
  const result = await send({ ...action, ...sent }, options, signal);
  return result === undefined ? sent.state : change({ state: sent.state, ...result });
}

/** The request to make; or why there is none. */
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

/** What is found of an earlier request; `again`: it was not carried out, and never will be. */
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
    // Without an answer nothing is known: it is not sent again, however long that lasts.
    const isOver = clock.now() >= action.expiresAt;
    const message = messageOf(error);
    if (isOver) return { state: 'expired', message };
    return { dueAt: clock.now() + Math.max(retryAfterOf(error), pauses.first * 10), message };
  }
}

/** Sends it. Undefined: cut off by the end of the process, which is what `sent` in the store says. */
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

/** What becomes of an action that was not done, for certain. */
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

/** Foreign text, bounded as it is kept. */
function messageOf(error: unknown): string {
  return logLine(errorMessage(error), 2_000);
}

function retryAfterOf(error: unknown): number {
  return error instanceof ActionError ? (error.retryAfter ?? 0) : 0;
}
