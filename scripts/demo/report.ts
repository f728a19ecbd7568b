import type { TaskRun } from '../../test/simulators/agent/agent.ts';
import { line, type Line } from './line.ts';
import { readMarkdown } from './markdown.ts';
import { textGrid } from './text-grid.ts';

type TimelineRecord = TaskRun['records'][number];

/** The records that the step made in the run's timeline, as a tree with their times. */
export function timelineLines(
  { records }: Pick<TaskRun, 'records'>,
  width: number,
): readonly Line[] {
  const rows = branch(records, undefined, 0).map(({ record, depth }) => [
    '  '.repeat(depth) + record.name,
    record.type,
    record.result ?? record.state,
    spanOf(record),
  ]);
  return textGrid(rows, width).map((text) => line(text));
}

/** The summary that the step uploaded, as text. */
export function summaryLines(
  { attachments }: Pick<TaskRun, 'attachments'>,
  width: number,
): readonly Line[] {
  const summary = attachments.find(({ type }) => type === 'Distributedtask.Core.Summary');
  if (summary === undefined) return [line('The step uploaded no summary.', 'bad')];
  return readMarkdown(summary.content, width).map((text) => line(text));
}

/** The output variables that later steps can read. */
export function outputLines({ outputs }: Pick<TaskRun, 'outputs'>, width: number): readonly Line[] {
  return textGrid(Object.entries(outputs), width).map((text) => line(text));
}

function branch(
  records: readonly TimelineRecord[],
  parentId: string | undefined,
  depth: number,
): readonly { readonly record: TimelineRecord; readonly depth: number }[] {
  return records
    .filter((record) => record.parentId === parentId)
    .flatMap((record) => [{ record, depth }, ...branch(records, record.id, depth + 1)]);
}

function spanOf({ startedAt, finishedAt }: TimelineRecord): string {
  return finishedAt === undefined ? '' : `${((finishedAt - startedAt) / 1000).toFixed(1)} s`;
}
