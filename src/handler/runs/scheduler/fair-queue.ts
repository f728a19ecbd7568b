/**
 * Runs that wait for their turn. Those come first whose partition, the organization and the Argo CD
 * that they depend on, have the fewest at work: one that is away must not hold up the others.
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

  /** The run whose turn it is, among those that can begin. */
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
