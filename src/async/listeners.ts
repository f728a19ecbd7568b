/** Listeners by name. */
export class Listeners<Event> {
  readonly #byName = new Map<string, Set<(event: Event) => void>>();

  /** Returns a function that removes the listener. */
  listen(name: string, listener: (event: Event) => void): () => void {
    const listeners = this.#byName.get(name) ?? new Set();
    this.#byName.set(name, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#byName.get(name) === listeners) this.#byName.delete(name);
    };
  }

  /** Whether a name has listeners. */
  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /** How many names are listened for. */
  get size(): number {
    return this.#byName.size;
  }

  tell(name: string, event: Event): void {
    const listeners = this.#byName.get(name) ?? new Set();
    // A listener may subscribe again, or end, while it is called.
    for (const listener of [...listeners]) if (listeners.has(listener)) listener(event);
  }

  tellAll(event: Event): void {
    for (const name of this.#byName.keys()) this.tell(name, event);
  }
}
