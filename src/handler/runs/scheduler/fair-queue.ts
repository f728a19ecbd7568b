/**
 * Queued runs. The first are those whose partition (organization and Argo CD) has the fewest active
 * runs: an unreachable partition must not delay the others.
 */
export class FairQueue {
  readonly #queues = new Map<string, Set<string>>();

  get size(): number {
    return [...this.#queues.values()].reduce((sum, { size }) => sum + size, 0);
  }

  add(id: string, partitionKey: string): void {
    const queue = this.#queues.get(partitionKey) ?? new Set();
    this.#queues.set(partitionKey, queue.add(id));
  }

  has(id: string, partitionKey: string): boolean {
    return this.#queues.get(partitionKey)?.has(id) === true;
  }

  delete(id: string, partitionKey: string): void {
    const queue = this.#queues.get(partitionKey);
    queue?.delete(id);
    if (queue?.size === 0) this.#queues.delete(partitionKey);
  }

  /** The next run among those that can begin. */
  first(
    atWork: (partitionKey: string) => number,
    canBegin: (id: string) => boolean,
  ): string | undefined {
    let first: string | undefined;
    let fewest = Infinity;
    for (const [partitionKey, queue] of this.#queues) {
      const count = atWork(partitionKey);
      if (count >= fewest) continue;
      for (const id of queue) {
        if (!canBegin(id)) continue;
        [first, fewest] = [id, count];
        break;
      }
    }
    return first;
  }
}
