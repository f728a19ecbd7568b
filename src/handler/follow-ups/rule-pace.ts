import type { RenderedAction } from '../../follow-ups/follow-up.ts';
import { addressKey } from '../../follow-ups/pipeline-address.ts';
import type { PacedAction } from '../store/event-store.ts';

const hour = 3_600_000;
/** The part of an hour's actions that one application may have waiting: so long it keeps others waiting. */
const share = 1 / 6;
/** And so many in any case, where an hour has only a few. */
const leastShare = 10;

/** What an action is counted by. `uid`: of its application. */
export interface PaceQuestion {
  readonly rule: string;
  readonly action: RenderedAction;
  readonly uid: string;
}

/** How many actions there may be. */
export interface PaceLimits {
  readonly perHour: number;
  /** Milliseconds that an action may wait for its turn. */
  readonly longest: number;
}

interface Turn {
  readonly at: number;
  readonly uid: string;
}

/**
 * Spreads the actions of a rule for one pipeline, so that no hour has more than allowed: the rest is delayed.
 * Of a flood, what would be delayed too long is refused, and what one application may not have waiting
 * beside others. Actions of earlier processes are counted by `recall`.
 */
export class RulePace {
  readonly #queues = new Map<string, TurnQueue>();

  /** Counts stored actions. */
  recall(actions: readonly PacedAction[]): void {
    const sorted = [...actions].sort((one, other) => one.dueAt - other.dueAt);
    for (const { rule, action, uid, dueAt } of sorted) {
      const question = { rule, action: JSON.parse(action) as RenderedAction, uid };
      this.#queueOf(question).add({ at: dueAt, uid });
    }
  }

  /**
   * When a new action is due: now, or as soon as the limit allows. Counts the action. Undefined, and not
   * counted: too many wait before it.
   */
  next(question: PaceQuestion, { perHour, longest }: PaceLimits, now: number): number | undefined {
    const queue = this.#queueOf(question);
    queue.forget(now);
    const { uid } = question;
    const at = Math.max(now, (queue.lastBut(perHour - 1) ?? -Infinity) + hour);
    const mostWaiting = Math.max(leastShare, Math.floor(perHour * share));
    const isFlood = at > now && queue.waitingOf(uid) >= mostWaiting;
    if (isFlood || at - now > longest) return undefined;
    queue.add({ at, uid });
    return at;
  }

  /** Forgets due times that are more than an hour ago. */
  sweep(now: number): void {
    for (const [key, queue] of this.#queues) {
      queue.forget(now);
      if (queue.isEmpty) this.#queues.delete(key);
    }
  }

  #queueOf({ rule, action }: PaceQuestion): TurnQueue {
    const key = `${rule}|${action.kind}|${'url' in action ? action.url : addressKey(action)}`;
    const known = this.#queues.get(key);
    if (known !== undefined) return known;
    const made = new TurnQueue();
    this.#queues.set(key, made);
    return made;
  }
}

/** Parts of the turns that are over are cut off when they are so many. */
const mostOver = 1_000;

/** The turns of one rule and pipeline, ascending: those of an hour ago, and those to come. */
class TurnQueue {
  #turns: Turn[] = [];
  /** Those before it are older than an hour. */
  #first = 0;
  /** Those before it have had their turn. */
  #waiting = 0;
  /** How many an application has waiting. */
  readonly #counts = new Map<string, number>();

  get isEmpty(): boolean {
    return this.#first >= this.#turns.length;
  }

  add(turn: Turn): void {
    this.#turns.push(turn);
    this.#counts.set(turn.uid, this.waitingOf(turn.uid) + 1);
  }

  waitingOf(uid: string): number {
    return this.#counts.get(uid) ?? 0;
  }

  /** The turn before so many others at the end. */
  lastBut(count: number): number | undefined {
    const place = this.#turns.length - 1 - count;
    return place < this.#first ? undefined : this.#turns[place]?.at;
  }

  forget(now: number): void {
    for (let next = this.#turns[this.#waiting]; next && next.at <= now;) {
      const left = this.waitingOf(next.uid) - 1;
      if (left > 0) this.#counts.set(next.uid, left);
      else this.#counts.delete(next.uid);
      this.#waiting += 1;
      next = this.#turns[this.#waiting];
    }
    while ((this.#turns[this.#first]?.at ?? Infinity) <= now - hour) this.#first += 1;
    if (this.#first < mostOver) return;
    this.#turns = this.#turns.slice(this.#first);
    this.#waiting -= this.#first;
    this.#first = 0;
  }
}
