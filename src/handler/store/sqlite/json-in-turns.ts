/** Items of an array that are written at once. */
const itemsAtOnce = 100;
/** To write one takes as long as so many comparisons. */
const stepsOfItem = 5;

/**
 * The JSON of plain data, as `JSON.stringify` writes it; nothing for `undefined`. Its arrays may be
 * long: it yields how many steps it has made since it yielded last. What one item holds is written at
 * once.
 */
export function* jsonInTurns(value: unknown): Generator<number, string | undefined> {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return yield* arrayInTurns(value);
  const parts: string[] = [];
  for (const [name, part] of Object.entries(value)) {
    const json = yield* jsonInTurns(part);
    if (json !== undefined) parts.push(`${JSON.stringify(name)}:${json}`);
  }
  return `{${parts.join()}}`;
}

function* arrayInTurns(items: readonly unknown[]): Generator<number, string> {
  const slices: string[] = [];
  for (let from = 0; from < items.length; from += itemsAtOnce) {
    const slice = items.slice(from, from + itemsAtOnce);
    slices.push(JSON.stringify(slice).slice(1, -1));
    yield slice.length * stepsOfItem;
  }
  return `[${slices.join()}]`;
}
