const longest = 300;

/** The first line of a foreign text, bounded, so that it fits into a sentence of ours. */
export function excerpt(text: string): string {
  const [line = ''] = text
    .slice(0, 4 * longest)
    .trim()
    .split('\n');
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}

/**
 * The ends of a foreign text, bounded, on one line. When an error was wrapped several times, as by
 * Argo CD's hydrator, its last words say what is wrong (recording `hydrated-fails`).
 */
export function excerptEnds(text: string): string {
  const [head, tail] = [text.slice(0, longest + 1), text.slice(-longest)].map((part) =>
    part.trim().replaceAll(/\s+/g, ' '),
  );
  if (head === undefined || tail === undefined || text.length <= longest) return head ?? '';
  return `${head.slice(0, longest / 3)} … ${tail.slice(3 - (2 * longest) / 3)}`;
}
