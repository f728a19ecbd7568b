/** Who wants to hear of what, by name. */
export class Listeners<Event> {
  readonly #byName = new Map<string, Set<(event: Event) => void>>();

  /** Returns the end of it. */
  listen(name: string, listener: (event: Event) => void): () => void {
    const listeners = this.#byName.get(name) ?? new Set();
    this.#byName.set(name, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#byName.get(name) === listeners) this.#byName.delete(name);
    };
  }

  /** Whether anybody wants to hear of a name. */
  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /** How many names are listened for. */
  get size(): number {
    return this.#byName.size;
  }

  tell(name: string, event: Event): void {
    const listeners = this.#byName.get(name) ?? new Set();
    // Those that hear of it may listen again at once, or no more.
    for (const listener of [...listeners]) if (listeners.has(listener)) listener(event);
  }

  tellAll(event: Event): void {
    for (const name of this.#byName.keys()) this.tell(name, event);
  }
}
