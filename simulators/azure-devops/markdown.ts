import { escapeHtml } from './html.ts';

const rule = /^\|?[\s:|-]*-[\s:|-]*$/;

/** The Markdown that summaries use, as HTML: headings, tables, lists, code. All text is escaped. */
export function markdownHtml(source: string): string {
  const lines = source.split(/\r?\n/);
  const html: string[] = [];
  for (let place = 0; place < lines.length;) {
    const block = blockAt(lines, place);
    html.push(block.html);
    place += block.lines;
  }
  return html.join('\n');
}

function blockAt(lines: readonly string[], place: number): { html: string; lines: number } {
  const first = lines[place] ?? '';
  if (first.trim() === '') return { html: '', lines: 1 };
  const heading = /^(#{1,6})\s+(.*)$/.exec(first);
  if (heading) {
    const level = (heading[1] ?? '').length;
    return { html: `<h${level}>${inline(heading[2] ?? '')}</h${level}>`, lines: 1 };
  }
  if (first.startsWith('```')) {
    const rest = lines.slice(place + 1);
    const end = rest.findIndex((line) => line.startsWith('```'));
    const code = end < 0 ? rest : rest.slice(0, end);
    return { html: `<pre>${escapeHtml(code.join('\n'))}</pre>`, lines: code.length + 2 };
  }
  if (first.includes('|') && rule.test(lines[place + 1] ?? '')) {
    return table(taken(lines, place, (line) => line.includes('|')));
  }
  if (isItem(first)) {
    const items = taken(lines, place, isItem);
    const html = items.map((item) => `<li>${inline(item.replace(/^\s*[-*]\s+/, ''))}</li>`);
    return { html: `<ul>${html.join('')}</ul>`, lines: items.length };
  }
  const text = taken(lines, place, (line, at) => at === 0 || !/^(#|```|\s*$|\s*[-*]\s)/.test(line));
  return { html: `<p>${text.map(inline).join('<br>')}</p>`, lines: text.length };
}

function isItem(line: string): boolean {
  return /^\s*[-*]\s+/.test(line);
}

function taken(
  lines: readonly string[],
  place: number,
  belongs: (line: string, at: number) => boolean,
): string[] {
  const rest = lines.slice(place);
  const end = rest.findIndex((line, at) => !belongs(line, at));
  return end < 0 ? rest : rest.slice(0, end);
}

function table(lines: readonly string[]): { html: string; lines: number } {
  const row = (line: string, tag: string) =>
    `<tr>${cells(line)
      .map((cell) => `<${tag}>${inline(cell)}</${tag}>`)
      .join('')}</tr>`;
  const [head = '', , ...body] = lines;
  const html = `<table>${row(head, 'th')}${body.map((line) => row(line, 'td')).join('')}</table>`;
  return { html, lines: lines.length };
}

/** The cells of a table row; `\|` is not a border. */
function cells(line: string): string[] {
  const parts = line.trim().split(/(?<!\\)\|/);
  const inner = parts.slice(parts[0] === '' ? 1 : 0, parts.at(-1) === '' ? -1 : undefined);
  return inner.map((cell) => cell.trim().replaceAll('\\|', '|'));
}

/** Code, bold and web links; a backslash makes a character literal. */
function inline(text: string): string {
  return escapeHtml(text)
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
    .replace(/\[([^\]]+)\]\((https?:[^\s)]+)\)/g, '<a href="$2">$1</a>')
    .replace(/\\([\\`*_{}[\]()#+.!|~<>-])/g, '$1');
}
