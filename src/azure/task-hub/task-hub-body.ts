import type { RunAddress } from './run-address.ts';
import type { RecordUpdate, TaskEvent } from './task-hub.ts';

const emptyId = '00000000-0000-0000-0000-000000000000';
/** Plans of gates up to this version take the task's id for the job's (azure-devops.md §2.2). */
const lastSwappedVersion = 12;

/** What is posted of an event, with the ids that the plan's hub and version want. */
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

/** The list of records that changes them: what is absent stays as it is (azure-devops.md §2.4). */
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

/** Lines as a log takes them: each ends, and none has a break inside, since lines are counted. */
export function appendedLog(lines: readonly string[]): string {
  return lines.map((line) => `${line.replaceAll(/\r\n|[\r\n]/g, ' ⏎ ')}\n`).join('');
}
