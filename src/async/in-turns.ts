import { setImmediate as nextTurn } from 'node:timers/promises';

/** The number of steps that take a few milliseconds. */
const mostSteps = 10_000;

/** Does long work in turns of the event loop. The work yields the number of steps since the last yield. */
export async function inTurns<T>(work: Generator<number, T>): Promise<T> {
  let steps = 0;
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
    steps += value;
    if (steps < mostSteps) continue;
    steps = 0;
    await nextTurn();
  }
}
