/**
 * Cuts a text from Argo CD and marks the cut. Returns a copy, because a substring keeps the whole text
 * in memory.
 */
export function bounded(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${Buffer.from(text.slice(0, most)).toString()}${cutMark(most)}`;
}

/** The mark at the end of a cut text. */
export function cutMark(most: number): string {
  return `… (cut at ${most} characters)`;
}
