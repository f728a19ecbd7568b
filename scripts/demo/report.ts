import { printDuration } from '../../src/text/duration-text.ts';
import { line, type Line } from './line.ts';
import { readMarkdown } from './markdown.ts';
import { textGrid } from './text-grid.ts';

/** A record of a run's timeline, after its parent. */
export interface TimelineRow {
  /** 0 for a record without a parent. */
  readonly depth: number;
  readonly name: string;
  readonly type: string;
  /** Its result, or its state if it has none. */
  readonly status: string;
  /** Milliseconds; undefined if it did not end. */
  readonly duration: number | undefined;
}

/** The records of a timeline as a tree with their times. */
export function timelineLines(rows: readonly TimelineRow[], width: number): readonly Line[] {
  const cells = rows.map(({ depth, name, type, status, duration }) => [
    '  '.repeat(depth) + name,
    type,
    status,
    duration === undefined ? '' : durationText(duration),
  ]);
  return textGrid(cells, width).map((text) => line(text));
}

function durationText(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  return seconds < 60 ? `${seconds.toFixed(1)} s` : printDuration(milliseconds);
}

/** The summary of a run as text, from its attachments. */
export function summaryLines(
  attachments: readonly { readonly type: string; readonly content: string }[],
  width: number,
): readonly Line[] {
  const summary = attachments.find(
    ({ type }) => type.toLowerCase() === 'distributedtask.core.summary',
  );
  if (summary === undefined) return [line('The step uploaded no summary.', 'bad')];
  return readMarkdown(summary.content, width).map((text) => line(text));
}

/** The output variables that later steps can read. */
export function outputLines(
  outputs: Readonly<Record<string, string>>,
  width: number,
): readonly Line[] {
  return textGrid(Object.entries(outputs), width).map((text) => line(text));
}
