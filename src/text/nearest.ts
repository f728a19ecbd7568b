/** The choice that a misspelled word most likely means; undefined if none is similar. */
export function nearest(word: string, choices: readonly string[]): string | undefined {
  // Two swapped letters count as two changes.
  const most = word.length < 4 ? 1 : Math.max(2, Math.floor(word.length / 3));
  const near = choices
    .map((choice) => ({ choice, far: distance(word.toLowerCase(), choice.toLowerCase()) }))
    .filter(({ far }) => far <= most)
    .sort((one, other) => one.far - other.far);
  return near[0]?.choice;
}

/** All choices, most similar to the word first; the sort is stable. */
export function nearestFirst(word: string, choices: readonly string[]): readonly string[] {
  return choices
    .map((choice) => ({ choice, far: distance(word.toLowerCase(), choice.toLowerCase()) }))
    .sort((one, other) => one.far - other.far)
    .map(({ choice }) => choice);
}

/** The Levenshtein distance, with a table of two rows. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (const [line, letter] of [...one].entries()) {
    const next = [line + 1];
    for (let column = 0; column < other.length; column++) {
      const replaced = (row[column] ?? 0) + (letter === other[column] ? 0 : 1);
      const inserted = (next[column] ?? 0) + 1;
      const removed = (row[column + 1] ?? 0) + 1;
      next.push(Math.min(replaced, inserted, removed));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
