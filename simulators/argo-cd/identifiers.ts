import { createHash } from 'node:crypto';

/** Names that look random but are the same in every run: each is the hash of a counter. */
export class Identifiers {
  readonly #seed: string;
  #count = 0;

  constructor(seed: string) {
    this.#seed = seed;
  }

  #hash(what: string): string {
    return createHash('sha1').update(`${this.#seed} ${what} ${this.#count++}`).digest('hex');
  }

  uid(): string {
    const hex = this.#hash('uid');
    return [0, 8, 12, 16, 20].map((at, i, all) => hex.slice(at, all[i + 1] ?? 32)).join('-');
  }

  sha(): string {
    return this.#hash('sha');
  }

  /** The five characters that Kubernetes appends to a pod's name. */
  suffix(): string {
    const letters = 'bcdfghjklmnpqrstvwxz2456789';
    return [...this.#hash('suffix').slice(0, 10).matchAll(/../g)]
      .map(([pair]) => letters[parseInt(pair, 16) % letters.length])
      .join('');
  }
}
