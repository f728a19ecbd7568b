/** How many steps one turn takes: a few milliseconds, also while V8 has not compiled the code yet. */
const mostSteps = 4_000;

/** Steps made in the current turn, by all work together. */
let made = 0;
/** Whether the next turn has been ordered. */
let isOrdered = false;
/** Work that waits for its turn, in order. */
const waiting: (() => void)[] = [];

/**
 * Does long work in turns of the event loop. The generator yields how many steps it has made since the
 * last yield. All work in progress shares the steps of a turn, so that turns stay short no matter how
 * much of it there is.
 */
export async function inTurns<T>(work: Generator<number, T>): Promise<T> {
  try {
    for (;;) {
      const { done, value } = work.next();
      if (done === true) return value;
      made += value;
      orderTurn();
      if (made >= mostSteps) await ownTurn();
    }
  } finally {
    goOn();
  }
}

/** Whether work waits for a turn: simulated time must not pass meanwhile. */
export function isWorkWaiting(): boolean {
  return waiting.length > 0;
}

function ownTurn(): Promise<void> {
  return new Promise((resolve) => waiting.push(resolve));
}

function orderTurn(): void {
  if (isOrdered) return;
  isOrdered = true;
  setImmediate(beginTurn);
}

function beginTurn(): void {
  isOrdered = false;
  made = 0;
  goOn();
  if (waiting.length > 0) orderTurn();
}

/** The next work goes on if the turn has steps left. */
function goOn(): void {
  if (made < mostSteps) waiting.shift()?.();
}
