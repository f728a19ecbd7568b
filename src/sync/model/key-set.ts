import { namesakeId, type ResourceKey } from './application.ts';

/** A set of resources with one lookup per question, however long the list. */
export class KeySet {
  readonly #namespaces = new Map<string, Set<string>>();

  constructor(keys: readonly ResourceKey[]) {
    for (const key of keys) {
      const id = namesakeId(key);
      const known = this.#namespaces.get(id);
      if (known === undefined) this.#namespaces.set(id, new Set([key.namespace]));
      else known.add(key.namespace);
    }
  }

  /** Whether it contains the resource, with its namespace or without one. */
  names(key: ResourceKey): boolean {
    const namespaces = this.#namespaces.get(namesakeId(key));
    return namespaces !== undefined && (namespaces.has('') || namespaces.has(key.namespace));
  }

  /** The same, where a resource without a namespace matches any namespace. */
  fits(key: ResourceKey): boolean {
    return this.names(key) || (key.namespace === '' && this.#namespaces.has(namesakeId(key)));
  }
}
