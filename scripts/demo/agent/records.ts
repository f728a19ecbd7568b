import type { TaskRun } from '../../../simulators/agent/agent.ts';
import type { TimelineRow } from '../report.ts';

type TimelineRecord = TaskRun['records'][number];

/** The records that the step created in the run's timeline, each before its children. */
export function timelineRows(records: readonly TimelineRecord[]): readonly TimelineRow[] {
  return rowsBelow(records, undefined, 0);
}

function rowsBelow(
  records: readonly TimelineRecord[],
  parentId: string | undefined,
  depth: number,
): readonly TimelineRow[] {
  return records
    .filter((record) => record.parentId === parentId)
    .flatMap((record) => [rowOf(record, depth), ...rowsBelow(records, record.id, depth + 1)]);
}

function rowOf(record: TimelineRecord, depth: number): TimelineRow {
  const { name, type, state, result = state, startedAt, finishedAt } = record;
  const duration = finishedAt === undefined ? undefined : finishedAt - startedAt;
  return { depth, name, type, status: result, duration };
}
