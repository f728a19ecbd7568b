import type { Application } from '../model/application.ts';
import { isEnded } from '../model/operation.ts';
import type { Lookup } from '../model/verdict.ts';
import type { View } from '../model/view.ts';

/** How long the controller may take to begin before it is woken, and until it is woken again. */
const grace = 10_000;

/** Whether an operation is asked for that the controller has not begun. */
export function isPending({ operation, operationState: state }: Application): boolean {
  if (operation === undefined) return false;
  const isBegun = state?.operation.fingerprint === operation.fingerprint && !isEnded(state.phase);
  return !isBegun;
}

/**
 * What to ask beside the waiting for a pending operation to begin, whosever it is. The controller can
 * overlook what is asked of it until the application changes again: it writes the answer to its own
 * patch over what it had heard since (recordings.md §2.7; seen for a minute with pending
 * operations of hydrated applications). A refresh is such a change. `since`: when it was asked for, or
 * first seen; local milliseconds.
 */
export function wakeController(
  { memory, now }: View,
  since = memory.startedAt,
): { readonly ask: Lookup | undefined; readonly at: number } {
  const last = Math.max(since, memory.refresh.askedAt ?? since);
  const isDue = now - last >= grace;
  return { ask: isDue ? 'refresh' : undefined, at: (isDue ? now : last) + grace };
}
