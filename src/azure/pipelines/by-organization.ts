import { collectionKey } from '../http/collection.ts';

/** More organizations than anyone configures. */
const most = 1_000;

/**
 * What is known of organizations, by their URLs, however these are written. Bounded: beyond a thousand, the one
 * that was set longest ago is forgotten.
 */
export class ByOrganization<T> {
  readonly #known = new Map<string, T>();

  get(organization: string): T | undefined {
    return this.#known.get(collectionKey(organization));
  }

  set(organization: string, value: T): void {
    const key = collectionKey(organization);
    this.#known.delete(key);
    this.#known.set(key, value);
    const [oldest] = this.#known.keys();
    if (this.#known.size > most && oldest !== undefined) this.#known.delete(oldest);
  }

  delete(organization: string): void {
    this.#known.delete(collectionKey(organization));
  }
}
