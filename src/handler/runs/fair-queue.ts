/**
 * Runs that wait for their turn. Those come first whose neighbours, the organization and the Argo CD
 * that they depend on, have the fewest at work: one that is away must not hold up the others.
 */
export class FairQueue {
  readonly #queues = new Map<string, Set<string>>();

  get size(): number {
    return [...this.#queues.values()].reduce((sum, { size }) => sum + size, 0);
  }

  add(id: string, neighbours: string): void {
    const queue = this.#queues.get(neighbours) ?? new Set();
    this.#queues.set(neighbours, queue.add(id));
  }

  has(id: string, neighbours: string): boolean {
    return this.#queues.get(neighbours)?.has(id) === true;
  }

  delete(id: string, neighbours: string): void {
    const queue = this.#queues.get(neighbours);
    queue?.delete(id);
    if (queue?.size === 0) this.#queues.delete(neighbours);
  }

  /** The run whose turn it is, among those that can begin. */
  first(
    atWork: (neighbours: string) => number,
    canBegin: (id: string) => boolean,
  ): string | undefined {
    let first: string | undefined;
    let fewest = Infinity;
    for (const [neighbours, queue] of this.#queues) {
      const count = atWork(neighbours);
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
