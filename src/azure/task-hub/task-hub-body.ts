import type { RunAddress } from './run-address.ts';
import type { RecordUpdate, TaskEvent } from './task-hub.ts';

const emptyId = '00000000-0000-0000-0000-000000000000';
/** Gate plans up to this version use the task's id as the job's id (azure-devops.md §2.2). */
const lastSwappedVersion = 12;

/** The body of an event, with the ids that the plan's hub and version require. */
export function postedEvent(
  event: TaskEvent,
  { hub, jobId, taskInstanceId }: RunAddress,
  planVersion: number | undefined,
) {
  const isSwapped = hub === 'gates' && (planVersion ?? Infinity) <= lastSwappedVersion;
  return isSwapped
    ? { ...event, jobId: taskInstanceId, taskId: emptyId }
    : { ...event, jobId, taskId: taskInstanceId };
}

/** The body that updates records; absent fields stay unchanged (azure-devops.md §2.4). */
export function changedRecords(records: readonly RecordUpdate[]) {
  return { value: records.map(changedRecord), count: records.length };
}

function changedRecord({ issues, variables, ...fields }: RecordUpdate) {
  return {
    ...fields,
    ...(issues && { issues: issues.map((issue) => ({ ...issue, category: 'General' })) }),
    ...(variables && { variables: Object.fromEntries(Object.entries(variables).map(variable)) }),
  };
}

function variable([name, value]: readonly [string, string]) {
  return [name, { value, isSecret: false }] as const;
}

/**
 * The body that appends lines to a log. Azure DevOps counts lines, so each is terminated and contains no
 * line break.
 */
export function appendedLog(lines: readonly string[]): string {
  return lines.map((line) => `${line.replaceAll(/\r\n|[\r\n]/g, ' ⏎ ')}\n`).join('');
}
