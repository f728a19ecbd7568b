import { dirname, join } from 'node:path';

/** Where runs are stored: one member for each kind of store. Paths are absolute. */
export type StoreConfig = { readonly sqlite: string };

/** How a store is called in messages. */
export function printStore({ sqlite }: StoreConfig): string {
  return sqlite;
}

/** The file that holds the encryption key if none is configured. */
export function keyFileOf({ sqlite }: StoreConfig): string {
  return join(dirname(sqlite), 'key');
}
