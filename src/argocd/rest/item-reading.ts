import * as z from 'zod/mini';
// Not through `z.core`, which makes the bundler keep all of zod and its 50 languages.
import { $ZodError } from 'zod/v4/core';

/** The cost of reading an item, in comparisons. */
const stepsOfItem = 20;

/**
 * Reads a long list item by item and yields the work done since the last yield, so that other work can
 * run. `path` is the location of the list, for the `ZodError` of an invalid item.
 */
export function* readItems<T extends z.core.$ZodType, Item>(
  path: string,
  schema: T,
  items: readonly unknown[] | null | undefined,
  take: (item: z.output<T>) => Item,
): Generator<number, readonly Item[]> {
  const read: Item[] = [];
  for (const [index, item] of (items ?? []).entries()) {
    read.push(take(readItem([...path.split('.'), index], schema, item)));
    yield stepsOfItem;
  }
  return read;
}

function readItem<T extends z.core.$ZodType>(
  path: readonly PropertyKey[],
  schema: T,
  item: unknown,
): z.output<T> {
  try {
    return z.parse(schema, item, { reportInput: true });
  } catch (error) {
    if (!(error instanceof $ZodError)) throw error;
    throw new $ZodError(
      error.issues.map((issue) => ({ ...issue, path: [...path, ...issue.path] })),
    );
  }
}
