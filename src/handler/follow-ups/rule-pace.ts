import { isKnown } from '../../follow-ups/action-kinds/action-kinds.ts';
import type { RenderedAction } from '../../follow-ups/follow-up.ts';
import { targetKey } from '../../follow-ups/target-key.ts';
import type { PacedAction } from '../store/event-store.ts';

const hour = 3_600_000;
/** The share of an hour's actions that one application may have waiting; it delays others by as much. */
const share = 1 / 6;
/** The minimum of that, if an hour allows only a few. */
const leastShare = 10;

/** What an action is counted by. `uid`: that of its application. */
export interface PaceQuestion {
  readonly rule: string;
  readonly action: RenderedAction;
  readonly uid: string;
}

/** The maximum number of actions. */
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
 * In a flood, actions are refused if they would be delayed too long, or if too many of the same application
 * are waiting. Actions of earlier processes are counted by `recall`.
 */
export class RulePace {
  readonly #queues = new Map<string, TurnQueue>();

  /** Counts stored actions. */
  recall(actions: readonly PacedAction[]): void {
    const sorted = [...actions].sort((one, other) => one.dueAt - other.dueAt);
    for (const { rule, action, uid, dueAt } of sorted) {
      const rendered = JSON.parse(action) as RenderedAction;
      // Another version may have stored it.
      if (!isKnown(rendered)) continue;
      const question = { rule, action: rendered, uid };
      this.#queueOf(question).add({ at: dueAt, uid });
    }
  }

  /**
   * When a new action is due: now, or as soon as the limit allows. Counts the action. Returns undefined,
   * and does not count it, if too many are waiting.
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
    const key = `${rule}|${targetKey(action)}`;
    const known = this.#queues.get(key);
    if (known !== undefined) return known;
    const made = new TurnQueue();
    this.#queues.set(key, made);
    return made;
  }
}

/** Past turns are removed in batches of at least this many. */
const mostOver = 1_000;

/** The turns of one rule and pipeline, ascending: those of the past hour, and those to come. */
class TurnQueue {
  #turns: Turn[] = [];
  /** Index of the first turn of the past hour. */
  #first = 0;
  /** Index of the first turn to come. */
  #waiting = 0;
  /** The number of actions that an application has waiting. */
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

  /** The turn that has `count` others after it. */
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
