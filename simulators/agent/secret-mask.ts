/** Replaces every secret it was told by `***`, as the agent does with each line of a log. */
export class SecretMask {
  readonly #values = new Set<string>();

  /** Empty values are ignored: they would mask everything. */
  add(value: string): void {
    if (value !== '') this.#values.add(value);
  }

  get values(): readonly string[] {
    return [...this.#values];
  }

  apply(text: string): string {
    // Longest first, so that a secret which contains another is masked as a whole.
    const longestFirst = [...this.#values].sort((a, b) => b.length - a.length);
    return longestFirst.reduce((masked, value) => masked.replaceAll(value, '***'), text);
  }
}
