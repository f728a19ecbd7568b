/** Replaces every known secret by `***`, like the agent does in each line of a log. */
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
    // Longest first, so that a secret that contains another is masked as a whole.
    const longestFirst = [...this.#values].sort((a, b) => b.length - a.length);
    return longestFirst.reduce((masked, value) => masked.replaceAll(value, '***'), text);
  }
}
