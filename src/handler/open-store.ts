import type { Clock } from '../async/clock.ts';
import type { StoreConfig } from './config/store-config.ts';
import { SqliteStore } from './store/sqlite/sqlite-store.ts';
import type { EventStore } from './store/event-store.ts';
import type { Store } from './store/store.ts';

/** Runs, and also events with their actions. */
export interface OpenedStore extends Store {
  readonly events: EventStore;
}

/**
 * Opens the configured store. `observe` is called with the seconds of each commit. Throws a `StoreError` that
 * says what to do.
 */
export function openStore(
  { sqlite }: StoreConfig,
  clock: Clock,
  observe: (seconds: number) => void,
): OpenedStore {
  return SqliteStore.open(sqlite, clock, observe);
}
