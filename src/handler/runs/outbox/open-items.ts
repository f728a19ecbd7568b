import type { StoredItem } from '../../store/store.ts';
import { nextBatch, type DispatchBatch } from './dispatch-batch.ts';
import { channelOf, type ReportChannel } from './report-channel.ts';

/** Reads what a run must still report: the first items after a number, in order. */
export type ReadItems = (limit: number, after: number) => Promise<readonly StoredItem[]>;

/** Items that are read at a time. */
export const mostItems = 1_000;

/** The next batch to send, and the channels that have more than fits. */
export interface NextBatch {
  readonly batch: DispatchBatch;
  readonly left: Set<ReportChannel>;
}

/**
 * What a run's outbox holds at its end, batch by batch: read once for all that can be sent, and again
 * before the completion, when what was sent has left the outbox. Each batch is given once.
 */
export class OpenItems {
  readonly #read: ReadItems;
  /** Read, and not given yet. */
  #rest: readonly StoredItem[] = [];

  constructor(read: ReadItems) {
    this.#read = read;
  }

  /** The next batch that can go by other channels than these; then the completion. */
  async next(passed: ReadonlySet<ReportChannel>): Promise<NextBatch> {
    const known = this.#take(this.#rest.filter((one) => isOpen(one, passed)));
    if (known !== undefined) return { batch: known, left: new Set() };
    const left = new Set<ReportChannel>();
    let completion: DispatchBatch | undefined;
    for (let after = 0; ;) {
      const items = await this.#read(mostItems, after);
      for (const stored of items) {
        const channel = channelOf(stored.item);
        if (channel === undefined) completion = nextBatch([stored]);
        else if (passed.has(channel)) left.add(channel);
      }
      const batch = this.#take(items.filter((one) => isOpen(one, passed)));
      if (batch !== undefined) return { batch, left };
      after = items.at(-1)?.seq ?? Infinity;
      if (items.length < mostItems) break;
    }
    if (completion === undefined)
      throw new Error('The end of a run is to be reported, but has no completion.');
    return { batch: completion, left };
  }

  #take(open: readonly StoredItem[]): DispatchBatch | undefined {
    const batch = nextBatch(open);
    this.#rest = open.slice(batch?.items.length ?? 0);
    return batch;
  }
}

function isOpen({ item }: StoredItem, passed: ReadonlySet<ReportChannel>): boolean {
  const channel = channelOf(item);
  return channel !== undefined && !passed.has(channel);
}
