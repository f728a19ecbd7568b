import { parseSelectionEntry, type SelectionEntry } from '../sync/plan/selection.ts';
import type { Parsed, Problem } from './fault.ts';

const most = 500;
/** Bounded because each is compared with every resource of the application. */
const mostWild = 100;
const longest = 1_024;

/** Parses the resources of a selective sync, one `[group:]Kind:[namespace/]name` per line. */
export function parseResources(text: string): Parsed<readonly SelectionEntry[]> {
  const lines = new Set(
    text
      .split(/[\n\r]/)
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  );
  if (lines.size > most) {
    const problem = `at most ${most} lines are allowed`;
    const advice = 'Use `*` to match many at once.';
    return { problems: [{ text: `${lines.size} lines`, problem, advice }] };
  }
  const wild = [...lines].filter((line) => line.includes('*'));
  if (wild.length > mostWild) {
    const problem = `at most ${mostWild} lines with a \`*\` are allowed`;
    const advice = 'Name the resources, or use fewer patterns that match more.';
    return { problems: [{ text: `${wild.length} lines with a \`*\``, problem, advice }] };
  }
  const entries: SelectionEntry[] = [];
  const problems: Problem[] = [];
  for (const line of lines) {
    const parsed: ReturnType<typeof parseSelectionEntry> =
      line.length > longest
        ? { fault: `The line has more than ${longest} characters.` }
        : parseSelectionEntry(line);
    if ('entry' in parsed) entries.push(parsed.entry);
    // The text already says what to do.
    else problems.push({ text: line, problem: parsed.fault, advice: '' });
  }
  return problems.length > 0 ? { problems } : { value: entries };
}
