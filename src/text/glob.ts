/** A compiled pattern, because it is matched against thousands of names. */
export interface Glob {
  /** The text before the first wildcard. */
  readonly prefix: string;
  /** Whether it matches the whole text. */
  readonly fits: (text: string) => boolean;
}

/**
 * Compiles a pattern: `*` matches any characters and `?` a single one, but neither matches `/`, so that
 * `*` alone never matches another namespace. The time of a match grows at most with the product of both
 * lengths, whatever the pattern.
 */
export function globOf(pattern: string): Glob {
  const parts = pattern.split('/').map((part) => [...part]);
  const prefix = /^[^*?]*/.exec(pattern)?.[0] ?? '';
  const isExact = prefix === pattern;
  return {
    prefix,
    fits: (text) => {
      if (isExact) return text === pattern;
      // Most names already differ in the prefix.
      if (!text.startsWith(prefix)) return false;
      const texts = text.split('/');
      return (
        parts.length === texts.length &&
        parts.every((part, index) => fitsPart(part, [...(texts[index] ?? '')]))
      );
    },
  };
}

/** Whether a pattern matches the whole text. */
export function fits(pattern: string, text: string): boolean {
  return globOf(pattern).fits(text);
}

/** Backtracks only to the last `*`, and lets it match one more character. */
function fitsPart(pattern: readonly string[], text: readonly string[]): boolean {
  let at = 0;
  let star = -1;
  let afterStar = 0;
  for (let read = 0; read < text.length;) {
    if (pattern[at] === '*') {
      star = at++;
      afterStar = read;
    } else if (pattern[at] === '?' || (at < pattern.length && pattern[at] === text[read])) {
      at++;
      read++;
    } else if (star >= 0) {
      at = star + 1;
      read = ++afterStar;
    } else {
      return false;
    }
  }
  return pattern.slice(at).every((character) => character === '*');
}

/** Matches many globs at once: only those whose prefix a text has are tested. */
export class GlobSet<Owner> {
  readonly #byPrefix = new Map<string, { readonly glob: Glob; readonly owner: Owner }[]>();
  readonly #lengths: readonly number[];

  /** `owner` is what a pattern belongs to. */
  constructor(patterns: readonly (readonly [pattern: string, owner: Owner])[]) {
    for (const [pattern, owner] of patterns) {
      const glob = globOf(pattern);
      const there = this.#byPrefix.get(glob.prefix);
      if (there === undefined) this.#byPrefix.set(glob.prefix, [{ glob, owner }]);
      else there.push({ glob, owner });
    }
    this.#lengths = [...new Set([...this.#byPrefix.keys()].map(({ length }) => length))];
  }

  /** The owners of patterns that match one of the texts. */
  ownersOf(texts: readonly string[]): ReadonlySet<Owner> {
    const owners = new Set<Owner>();
    for (const text of texts) {
      for (const length of this.#lengths) {
        if (length > text.length) continue;
        for (const { glob, owner } of this.#byPrefix.get(text.slice(0, length)) ?? []) {
          if (!owners.has(owner) && glob.fits(text)) owners.add(owner);
        }
      }
    }
    return owners;
  }
}
