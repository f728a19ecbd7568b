const longest = 300;

/** The first line of a foreign text, bounded, so that it may stand in a sentence of ours. */
export function excerpt(text: string): string {
  const [line = ''] = text
    .slice(0, 4 * longest)
    .trim()
    .split('\n');
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}
