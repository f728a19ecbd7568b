import { FairQueue } from './fair-queue.ts';

/**
 * The order of runs: finished ones before beginning ones. `done`: only the end is left to be
 * reported; `woken`: something has happened; `fresh`: accepted just now; `stored`: by an earlier
 * process.
 */
export const ranks = ['done', 'woken', 'fresh', 'stored'] as const;
export type Rank = (typeof ranks)[number];

/** A queued run, and what it depends on. */
export interface Waiting {
  readonly id: string;
  /** The organization and the Argo CD that it depends on. */
  readonly partitionKey: string;
}

/** Queued runs by rank; each is in at most one of them. */
export class RankedQueue {
  readonly #queues: Readonly<Record<Rank, FairQueue>> = {
    done: new FairQueue(),
    woken: new FairQueue(),
    fresh: new FairQueue(),
    stored: new FairQueue(),
  };

  /** How many runs are queued. */
  get size(): number {
    return ranks.reduce((sum, rank) => sum + this.#queues[rank].size, 0);
  }

  /** How many runs of one rank are queued. */
  sizeOf(rank: Rank): number {
    return this.#queues[rank].size;
  }

  /** Moves a run to this rank, or adds it. */
  add(rank: Rank, { id, partitionKey }: Waiting): void {
    for (const other of ranks) {
      if (other !== rank) this.#queues[other].delete(id, partitionKey);
    }
    this.#queues[rank].add(id, partitionKey);
  }

  delete({ id, partitionKey }: Waiting): void {
    for (const rank of ranks) this.#queues[rank].delete(id, partitionKey);
  }

  has(rank: Rank, { id, partitionKey }: Waiting): boolean {
    return this.#queues[rank].has(id, partitionKey);
  }

  /** The next run of some ranks that can start. */
  first(
    among: readonly Rank[],
    atWork: (partitionKey: string) => number,
    canBegin: (id: string) => boolean,
  ): { readonly id: string; readonly rank: Rank } | undefined {
    for (const rank of among) {
      const id = this.#queues[rank].first(atWork, canBegin);
      if (id !== undefined) return { id, rank };
    }
    return undefined;
  }
}
