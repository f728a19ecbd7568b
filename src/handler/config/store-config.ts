import { dirname, join } from 'node:path';

/** Where runs are kept: one member for each store that the handler knows. Absolute paths. */
export type StoreConfig = { readonly sqlite: string };

/** How a store is named for people. */
export function printStore({ sqlite }: StoreConfig): string {
  return sqlite;
}

/** The file that keeps the encryption key where none is configured. */
export function keyFileOf({ sqlite }: StoreConfig): string {
  return join(dirname(sqlite), 'key');
}
