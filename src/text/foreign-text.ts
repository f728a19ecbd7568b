/**
 * Text that others wrote (Argo CD, Kubernetes, a hook's pod, the author of a pipeline), made safe
 * for the place where it goes. Whatever prints such text calls one of these functions.
 *
 * The agent looks for `##vso[` anywhere in a line, and by .NET's comparison of culture, which
 * passes over characters that show as nothing. So these go first, and the prefix is broken after.
 */

const lineBreak = /\r\n|[\n\r\u0085\u2028\u2029]/;
/** A terminal's control sequence (ECMA-48 §5.4): whole, or its tail would stay as `[31m`. */
const terminalSequence = /\p{Cc}\[[0-?]*[ -/]*[@-~]/gu;
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;
const commandPrefix = /##(?=vso\[|\[)/gi;

/** What bounds a text of several lines. */
export interface TextBounds {
  readonly lines: number;
  /** Characters of one line. */
  readonly width: number;
}

/** One line for the log: commands defused, nothing invisible, line breaks shown as `⏎`. */
export function logLine(text: string, width = 500): string {
  return defuse(plainLine(text, width));
}

/** The same for a text whose lines matter. The last one says how many were left out. */
export function logLines(text: string | readonly string[], bounds: TextBounds): readonly string[] {
  return plainLines(text, bounds).map(defuse);
}

/** The first line that says anything, on one line; empty where none does. */
export function firstLine(text: string, width = 500): string {
  const [first = ''] = text.trimStart().split(lineBreak, 1);
  return plainLine(first, width);
}

/** One line with nothing invisible in it, for a place where commands and markup do no harm. */
export function plainLine(text: string, width = 500): string {
  const kept = text.slice(0, width);
  const line = kept.split(lineBreak).map(clean).join(' ⏎ ').trim();
  return line + remainder(text.length - kept.length);
}

/** Lines with nothing invisible in them. */
export function plainLines(
  text: string | readonly string[],
  { lines, width }: TextBounds,
): readonly string[] {
  const { first, rest } = typeof text === 'string' ? cutText(text, lines) : cutList(text, lines);
  const kept = first.map((line) => {
    const short = line.slice(0, width);
    return clean(short).trimEnd() + remainder(line.length - short.length);
  });
  while (kept.at(-1) === '') kept.pop();
  return rest === '' ? kept : [...kept, rest];
}

/** Looks no further than it must: a text may be very long. */
function cutText(text: string, most: number): { first: readonly string[]; rest: string } {
  const breaks = new RegExp(lineBreak, 'g');
  const first: string[] = [];
  let start = 0;
  while (first.length < most) {
    const found = breaks.exec(text);
    first.push(text.slice(start, found?.index));
    if (found === null) return { first, rest: '' };
    start = breaks.lastIndex;
  }
  return { first, rest: remainder(text.length - start) };
}

function cutList(
  list: readonly string[],
  most: number,
): { first: readonly string[]; rest: string } {
  const left = list.length - most;
  return { first: list.slice(0, most), rest: left > 0 ? `… (${left} more lines)` : '' };
}

/** Markdown in which the text stands as it is: no markup, HTML, link, mention or table break. */
export function markdownText(text: string, width = 500): string {
  return plainLine(text, width)
    .replace(/[\\`*_[\]|~$]/g, '\\$&')
    .replace(/^[#+=-]|^\d{1,9}(?=[.)])/, escapeStart)
    .replace(/[&<>@]|:(?=\/\/)|(?<=www|mailto|xmpp)[.:]/gi, entity);
}

/** What begins a heading, a list or a rule at the start of a line, and only there. */
function escapeStart(start: string): string {
  return /\d/.test(start) ? `${start}\\` : `\\${start}`;
}

function entity(character: string): string {
  return `&#${character.charCodeAt(0)};`;
}

/** A code span: for names and revisions. Empty text gives an empty string. */
export function markdownCode(text: string, width = 200): string {
  const line = plainLine(text, width).replaceAll('|', '\\|');
  if (line === '') return '';
  const fence = '`'.repeat(longestRunOfBackticks(line) + 1);
  const gap = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return fence + gap + line + gap + fence;
}

/** A fenced block, which nothing inside can close. */
export function markdownBlock(text: string | readonly string[], bounds: TextBounds): string {
  const body = plainLines(text, bounds).join('\n');
  const fence = '`'.repeat(Math.max(3, longestRunOfBackticks(body) + 1));
  return `${fence}text\n${body}\n${fence}`;
}

/** A link, or the mere label where the address is not one of the web. */
export function markdownLink(label: string, address: string): string {
  const url = webAddress(address);
  return url === undefined ? markdownText(label) : `[${markdownText(label)}](${url})`;
}

/** The address in a form that cannot end early in Markdown; absent unless `http` or `https`. */
export function webAddress(address: string): string | undefined {
  if (address.length > 2_000 || !URL.canParse(address)) return undefined;
  const url = new URL(address);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined;
  return url.href.replace(/[()<>[\]|\\`"]/g, percent);
}

function percent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

function clean(line: string): string {
  return line.replaceAll('\t', '  ').replace(terminalSequence, '').replace(invisible, '');
}

function defuse(line: string): string {
  return line.replace(commandPrefix, '**');
}

function remainder(left: number): string {
  return left > 0 ? `… (${left} more characters)` : '';
}

function longestRunOfBackticks(text: string): number {
  return (text.match(/`+/g) ?? []).reduce((longest, run) => Math.max(longest, run.length), 0);
}
