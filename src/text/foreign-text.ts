/**
 * Makes foreign text (from Argo CD, Kubernetes, a hook's pod, the author of a pipeline) safe for the
 * place where it is printed. All code that prints such text calls one of these functions.
 *
 * The agent searches for `##vso[` anywhere in a line with a culture-sensitive .NET comparison, which
 * ignores invisible characters. So these are removed first, and the prefix is broken afterwards.
 */

const lineBreak = /\r\n|[\n\r\u0085\u2028\u2029]/;
/**
 * A terminal control sequence (ECMA-48 §5.4). Matched as a whole, or a tail such as `[31m` would remain.
 */
const terminalSequence = /\p{Cc}\[[0-?]*[ -/]*[@-~]/gu;
const invisible = /[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;
const commandPrefix = /##(?=vso\[|\[)/gi;

/** The limits of a text of several lines. */
export interface TextBounds {
  readonly lines: number;
  /** Characters of one line. */
  readonly width: number;
}

/** One line for the log: logging commands defused, no invisible characters, line breaks shown as `⏎`. */
export function logLine(text: string, width = 500): string {
  return defuse(plainLine(text, width));
}

/** Like `logLine` for text of several lines. The last line says how many were omitted. */
export function logLines(text: string | readonly string[], bounds: TextBounds): readonly string[] {
  return plainLines(text, bounds).map(defuse);
}

/** The first line that is not blank, made safe for the log; empty if there is none. */
export function firstLine(text: string, width = 500): string {
  const [first = ''] = text.trimStart().split(lineBreak, 1);
  return plainLine(first, width);
}

/** One line without invisible characters, for places where commands and markup do no harm. */
export function plainLine(text: string, width = 500): string {
  const kept = text.slice(0, width);
  const line = kept.split(lineBreak).map(clean).join(' ⏎ ').trim();
  return line + remainder(text.length - kept.length);
}

/** Lines without invisible characters. */
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

/** Reads only as much as needed, because a text may be very long. */
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

/** Markdown that renders as the plain text: no markup, HTML, links, mentions or table breaks. */
export function markdownText(text: string, width = 500): string {
  return plainLine(text, width)
    .replace(/[\\`*_[\]|~$]/g, '\\$&')
    .replace(/^[#+=-]|^\d{1,9}(?=[.)])/, escapeStart)
    .replace(/[&<>@]|:(?=\/\/)|(?<=www|mailto|xmpp)[.:]/gi, entity);
}

/** Escapes what starts a heading, a list or a rule, which is special only at the start of a line. */
function escapeStart(start: string): string {
  return /\d/.test(start) ? `${start}\\` : `\\${start}`;
}

function entity(character: string): string {
  return `&#${character.charCodeAt(0)};`;
}

/** A code span, for names and revisions. Empty text stays empty. */
export function markdownCode(text: string, width = 200): string {
  const line = plainLine(text, width).replaceAll('|', '\\|');
  if (line === '') return '';
  const fence = '`'.repeat(longestRunOfBackticks(line) + 1);
  const gap = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return fence + gap + line + gap + fence;
}

/** A fenced block that its content cannot close. */
export function markdownBlock(text: string | readonly string[], bounds: TextBounds): string {
  const body = plainLines(text, bounds).join('\n');
  const fence = '`'.repeat(Math.max(3, longestRunOfBackticks(body) + 1));
  return `${fence}text\n${body}\n${fence}`;
}

/** A link, or only the label if the address is not `http` or `https`. */
export function markdownLink(label: string, address: string): string {
  const url = webAddress(address);
  return url === undefined ? markdownText(label) : `[${markdownText(label)}](${url})`;
}

/** The URL in a form that Markdown cannot cut short; undefined unless it is `http` or `https`. */
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
