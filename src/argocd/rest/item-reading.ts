import * as z from 'zod/mini';
// Not by way of `z.core`, with which the bundler keeps all of zod and its 50 languages.
import { $ZodError } from 'zod/v4/core';

/** To read an item takes as long as so many comparisons. */
const stepsOfItem = 20;

/**
 * Reads a long list item by item, so that others can have their turn: it yields how many steps it has
 * made since it yielded last. `path` is where the list stands, for the `ZodError` of an odd item.
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
