import type { Listener, Tidings } from './news.ts';

/** Who wants to hear of which applications, by their names, in whatever namespace. */
export class Listeners {
  readonly #byName = new Map<string, Set<Listener>>();

  /** Returns the end of it. */
  listen(name: string, listener: Listener): () => void {
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

  tell(name: string, tidings: Tidings): void {
    for (const listener of this.#byName.get(name) ?? []) listener(tidings);
  }

  tellAll(tidings: Tidings): void {
    for (const name of this.#byName.keys()) this.tell(name, tidings);
  }
}
