import { textGrid } from './text-grid.ts';

/** The summary of a run as plain text: tables aligned, markup removed. */
export function readMarkdown(markdown: string, width: number): readonly string[] {
  const lines: string[] = [];
  let table: (readonly string[])[] = [];
  let isCode = false;
  for (const line of [...markdown.trimEnd().split('\n'), '']) {
    if (!isCode && line.startsWith('|')) {
      if (!/^\|[ :|-]+\|$/.test(line)) table.push(cellsOf(line));
      continue;
    }
    lines.push(...textGrid(table, width));
    table = [];
    if (line.startsWith('```')) isCode = !isCode;
    else lines.push(isCode ? `    ${line}` : plain(line.replace(/^#+ /, '')));
  }
  return lines.filter((line, at) => line !== '' || lines[at - 1] !== '').slice(0, -1);
}

function cellsOf(row: string): readonly string[] {
  return row
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => plain(cell.trim()));
}

const entities: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&amp;': '&' };

function plain(text: string): string {
  return text
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/\*\*|`/g, '')
    .replace(/\\([!-/:-@[-`{-~])/g, '$1')
    .replace(/&(?:lt|gt|amp);/g, (entity) => entities[entity] ?? entity);
}
