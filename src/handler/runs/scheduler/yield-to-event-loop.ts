import { setImmediate } from 'node:timers/promises';

/** A turn of the event loop that takes longer, in milliseconds, shows that there is enough to do. */
const longTurn = 10;
/** After so many of them it is our turn all the same. */
const mostTurns = 10;

/**
 * Resolves when there is little to do: what comes in from outside is answered first. `isUrgent`: after
 * one turn, however long that was.
 */
export async function yieldToEventLoop(isUrgent = false): Promise<void> {
  for (let turns = 0; turns < (isUrgent ? 1 : mostTurns); turns += 1) {
    const began = performance.now();
    await setImmediate();
    if (performance.now() - began < longTurn) return;
  }
}
