/**
 * Text of Argo CD, at most so many characters of it, and a cut that shows. A copy, since a part of a
 * text keeps all of it in memory.
 */
export function bounded(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${Buffer.from(text.slice(0, most)).toString()}${cutMark(most)}`;
}

/** What stands where a text was cut. */
export function cutMark(most: number): string {
  return `… (cut at ${most} characters)`;
}
