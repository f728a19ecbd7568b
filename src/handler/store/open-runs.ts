import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RunHead } from '../run.ts';
import type { Store } from './store.ts';

/** Run specs may have 256 KiB each: this limits how many are in memory at a time. */
const page = 100;

/** All open runs, oldest first. Yields to the event loop after each page. */
export async function* allOpenRuns(store: Pick<Store, 'openRuns'>): AsyncGenerator<RunHead> {
  let after: string | undefined;
  for (;;) {
    const runs = await store.openRuns(page, after);
    yield* runs;
    after = runs.at(-1)?.id;
    if (runs.length < page) return;
    await nextTurn();
  }
}
