import type { Application } from '../model/application.ts';
import { isEnded } from '../model/operation.ts';
import type { Lookup } from '../model/verdict.ts';
import type { View } from '../model/view.ts';

/** How long the controller may take to begin before it is woken, and until it is woken again. */
const grace = 10_000;

/** Whether an operation is requested that the controller has not begun. */
export function isPending({ operation, operationState: state }: Application): boolean {
  if (operation === undefined) return false;
  const isBegun = state?.operation.fingerprint === operation.fingerprint && !isEnded(state.phase);
  return !isBegun;
}

/**
 * What to request while waiting for a pending operation to begin, no matter whose it is. The
 * controller can miss a request until the application changes again: it overwrites what it has
 * received since with the response to its own patch (recordings.md §2.7; seen for a minute with
 * pending operations of hydrated applications). A refresh is such a change. `since`: when it was
 * requested, or first seen; local milliseconds.
 */
export function wakeController(
  { memory, now }: View,
  since = memory.startedAt,
): { readonly ask: Lookup | undefined; readonly at: number } {
  const last = Math.max(since, memory.refresh.askedAt ?? since);
  const isDue = now - last >= grace;
  return { ask: isDue ? 'refresh' : undefined, at: (isDue ? now : last) + grace };
}
