/** What a piece of text means; terminal and pictures each have a color for it. */
export type Tone = 'plain' | 'title' | 'good' | 'bad' | 'warn' | 'faint';

export interface Segment {
  readonly text: string;
  readonly tone: Tone;
}

/** One line of text, in pieces. */
export type Line = readonly Segment[];

export function line(text: string, tone: Tone = 'plain'): Line {
  return [{ text, tone }];
}

/** A text of several lines. */
export function linesOf(text: string): readonly Line[] {
  return text.split('\n').map((each) => line(each));
}

export function textOf(pieces: Line): string {
  return pieces.map(({ text }) => text).join('');
}

/** Prefixes a line with a text. */
export function indent(pieces: Line, text: string, tone: Tone = 'plain'): Line {
  return text === '' ? pieces : [{ text, tone }, ...pieces];
}

/**
 * Breaks a line between words, so that none is longer than `width` (at least 2); longer words are broken,
 * too. Continuation lines are indented by four more columns than the line itself.
 */
export function wrap(pieces: Line, width: number): readonly Line[] {
  const text = textOf(pieces);
  if (text.length <= width) return [pieces];
  const own = /^ */.exec(text)?.[0].length ?? 0;
  const margin = ' '.repeat(Math.min(own + 4, Math.floor(width / 2)));
  const lines: Line[] = [];
  let start = 0;
  while (start < text.length) {
    const room = lines.length === 0 ? width : width - margin.length;
    const end = breakAt(text, start, room);
    lines.push(indent(slice(pieces, start, end), lines.length === 0 ? '' : margin));
    start = end;
    while (text[start] === ' ') start += 1;
  }
  return lines;
}

function breakAt(text: string, start: number, room: number): number {
  if (text.length - start <= room) return text.length;
  const blank = text.lastIndexOf(' ', start + room);
  const isInside = blank > start && text.slice(start, blank).trim() !== '';
  return isInside ? blank : start + room;
}

function slice(pieces: Line, from: number, to: number): Line {
  const kept: Segment[] = [];
  let at = 0;
  for (const { text, tone } of pieces) {
    const part = text.slice(Math.max(0, from - at), Math.max(0, to - at));
    if (part !== '') kept.push({ text: part, tone });
    at += text.length;
  }
  return kept;
}
