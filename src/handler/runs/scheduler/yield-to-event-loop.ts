import { setImmediate } from 'node:timers/promises';

/** A turn of the event loop that takes longer than this, in milliseconds, means that it is busy. */
const longTurn = 10;
/** After so many of them, we continue anyway. */
const mostTurns = 10;

/**
 * Resolves when the event loop is not busy: requests from outside are answered first. `isUrgent`:
 * after one turn, however long that was.
 */
export async function yieldToEventLoop(isUrgent = false): Promise<void> {
  for (let turns = 0; turns < (isUrgent ? 1 : mostTurns); turns += 1) {
    const began = performance.now();
    await setImmediate();
    if (performance.now() - began < longTurn) return;
  }
}
