/** What a pattern is made of, once: it is asked of thousands of names. */
export interface Glob {
  /** What it begins with: up to the first wildcard. */
  readonly prefix: string;
  /** Whether it fits the whole text. */
  readonly fits: (text: string) => boolean;
}

/**
 * Reads a pattern: `*` stands for any characters and `?` for one, but neither for a `/`, so that `*`
 * alone never reaches into another namespace. The time that it takes to ask it grows with the product
 * of both lengths at most, whatever the pattern.
 */
export function globOf(pattern: string): Glob {
  const parts = pattern.split('/').map((part) => [...part]);
  const prefix = /^[^*?]*/.exec(pattern)?.[0] ?? '';
  const isExact = prefix === pattern;
  return {
    prefix,
    fits: (text) => {
      if (isExact) return text === pattern;
      // Most names are told apart by their beginning.
      if (!text.startsWith(prefix)) return false;
      const texts = text.split('/');
      return (
        parts.length === texts.length &&
        parts.every((part, index) => fitsPart(part, [...(texts[index] ?? '')]))
      );
    },
  };
}

/** Whether a pattern fits the whole text. */
export function fits(pattern: string, text: string): boolean {
  return globOf(pattern).fits(text);
}

/** Goes back only to the last `*`, and lets it stand for one character more. */
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

/** Globs that are asked together: only those whose beginning a text has are looked at. */
export class GlobSet<Owner> {
  readonly #byPrefix = new Map<string, { readonly glob: Glob; readonly owner: Owner }[]>();
  readonly #lengths: readonly number[];

  /** `owner`: what a pattern belongs to. */
  constructor(patterns: readonly (readonly [pattern: string, owner: Owner])[]) {
    for (const [pattern, owner] of patterns) {
      const glob = globOf(pattern);
      const there = this.#byPrefix.get(glob.prefix);
      if (there === undefined) this.#byPrefix.set(glob.prefix, [{ glob, owner }]);
      else there.push({ glob, owner });
    }
    this.#lengths = [...new Set([...this.#byPrefix.keys()].map(({ length }) => length))];
  }

  /** Whose patterns fit one of the texts. */
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
