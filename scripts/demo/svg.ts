import type { Line, Segment, Tone } from './line.ts';

const fontSize = 13;
const lineHeight = 19;
/** Width of a character in the fonts below, which are all monospaced at about 0.6 em. */
const columnWidth = fontSize * 0.602;
const padding = 20;
const barHeight = 38;

const colors: Readonly<Record<Tone, string>> = {
  plain: '#d6deeb',
  title: '#82aaff',
  good: '#7fd88f',
  bad: '#ff8b8b',
  warn: '#f2c97d',
  faint: '#8595ad',
};

/** Draws lines of text in a terminal window. All text is escaped. */
export function drawTerminal(title: string, lines: readonly Line[], columns: number): string {
  const width = Math.ceil(columns * columnWidth + 2 * padding);
  const height = barHeight + lines.length * lineHeight + 2 * padding - lineHeight / 2;
  const rows = lines.flatMap((each, row) => drawLine(each, row));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeXml(`${title}: log of a run`)}">`,
    `<rect width="${width}" height="${height}" rx="10" fill="#0f1b2d"/>`,
    `<path d="M0 ${barHeight}V10a10 10 0 0 1 10-10H${width - 10}a10 10 0 0 1 10 10V${barHeight}z" fill="#1b2b44"/>`,
    ...['#ff6b60', '#f5bd4f', '#5fc454'].map(
      (fill, at) => `<circle cx="${22 + at * 20}" cy="${barHeight / 2}" r="6" fill="${fill}"/>`,
    ),
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${fontSize}">`,
    `<text x="${width / 2}" y="${barHeight / 2 + 5}" text-anchor="middle" fill="${colors.faint}">${escapeXml(title)}</text>`,
    ...rows,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

function drawLine(pieces: Line, row: number): readonly string[] {
  const spans = pieces.filter(({ text }) => text !== '').map(drawSegment);
  if (spans.length === 0) return [];
  const y = barHeight + padding + row * lineHeight + fontSize / 2;
  return [`<text x="${padding}" y="${y}" ${keepsBlanks}>${spans.join('')}</text>`];
}

function drawSegment({ text, tone }: Segment): string {
  const weight = tone === 'title' ? ' font-weight="bold"' : '';
  return `<tspan fill="${colors[tone]}"${weight}>${escapeXml(text)}</tspan>`;
}

/**
 * Columns are made of spaces, which browsers keep only if each text says so; other viewers use the older
 * attribute.
 */
const keepsBlanks = 'xml:space="preserve" style="white-space:pre"';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Text for an XML document: markup is escaped, and characters that XML 1.0 does not allow are replaced. */
export function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
