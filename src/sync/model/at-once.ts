/** Does work in one go that yields so that others can have their turn: where nobody else waits. */
export function atOnce<T>(work: Generator<number, T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}
