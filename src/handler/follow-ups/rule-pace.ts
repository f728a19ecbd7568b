import type { RenderedAction } from '../../follow-ups/follow-up.ts';
import { addressKey } from '../../follow-ups/pipeline-address.ts';
import type { PacedAction } from '../store/event-store.ts';

const hour = 3_600_000;

/**
 * Spreads the actions of a rule for one pipeline, so that no hour has more than allowed: the rest is delayed.
 * Actions of earlier processes are counted by `recall`.
 */
export class RulePace {
  /** The due times of the last hour and later, ascending. */
  readonly #due = new Map<string, number[]>();

  /** Counts stored actions. */
  recall(actions: readonly PacedAction[]): void {
    for (const { rule, action, dueAt } of actions) {
      const key = keyOf(rule, JSON.parse(action) as RenderedAction);
      const due = this.#due.get(key) ?? [];
      due.push(dueAt);
      this.#due.set(key, due);
    }
    for (const due of this.#due.values()) due.sort((one, other) => one - other);
  }

  /** When a new action is due: now, or as soon as the limit allows. Counts the action. */
  next(rule: string, action: RenderedAction, perHour: number, now: number): number {
    const key = keyOf(rule, action);
    const due = (this.#due.get(key) ?? []).filter((at) => at > now - hour);
    const at = Math.max(now, (due.at(-perHour) ?? -Infinity) + hour);
    due.push(at);
    this.#due.set(key, due);
    return at;
  }

  /** Forgets due times that are more than an hour ago. */
  sweep(now: number): void {
    for (const [key, due] of this.#due) if ((due.at(-1) ?? 0) <= now - hour) this.#due.delete(key);
  }
}

function keyOf(rule: string, action: RenderedAction): string {
  return `${rule}|${action.kind}|${'url' in action ? action.url : addressKey(action)}`;
}
