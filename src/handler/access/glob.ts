/**
 * Whether a pattern fits the whole text: `*` stands for any characters and `?` for one, but neither
 * for a `/`, so that `*` alone never reaches into another namespace. The time it takes grows with
 * the product of both lengths at most, whatever the pattern.
 */
export function fits(pattern: string, text: string): boolean {
  const patterns = pattern.split('/');
  const parts = text.split('/');
  return (
    patterns.length === parts.length &&
    patterns.every((each, index) => fitsPart([...each], [...(parts[index] ?? '')]))
  );
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
