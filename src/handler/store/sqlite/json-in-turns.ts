/** Items of an array that are written in one turn. */
const itemsAtOnce = 100;
/** Writing an item costs about this many simple steps. */
const stepsOfItem = 5;

/**
 * The JSON of plain data, as from `JSON.stringify`; nothing for `undefined`. For long arrays, yields the
 * number of steps since the last yield. Each item is written in one turn.
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
