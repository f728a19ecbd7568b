import type { Job } from './job.ts';
import type { Plan } from './plan.ts';
import type { TaskExecution } from './task-execution.ts';
import type { Issue, RecordState, TaskResult, TimelineRecord } from './timeline-record.ts';

/** Anything with a page: a job, the gates of a release, or a check. */
export interface Run {
  readonly job: Job;
  readonly executions: readonly TaskExecution[];
}

/** A row of the timeline, parents before their children. Times are milliseconds since the epoch. */
export interface RowView {
  readonly id: string;
  /** 0 for a stage. */
  readonly depth: number;
  readonly type: string;
  readonly name: string;
  readonly state: RecordState;
  readonly result: TaskResult | undefined;
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
  readonly currentOperation: string | undefined;
  readonly percentComplete: number | undefined;
  readonly issues: readonly Issue[];
  readonly variables: Readonly<Record<string, string>>;
  /** The log on the page: first Azure DevOps' own lines, then what was appended. */
  readonly lines: readonly string[];
}

export interface AttachmentView {
  readonly type: string;
  readonly name: string;
  readonly text: string;
}

/** A run as its page shows it. */
export interface RunView {
  readonly title: string;
  readonly hub: string;
  readonly state: 'inProgress' | 'completed';
  readonly result: TaskResult | undefined;
  readonly startedAt: number;
  readonly finishedAt: number | undefined;
  /** When the view was made. */
  readonly at: number;
  readonly rows: readonly RowView[];
  readonly attachments: readonly AttachmentView[];
}

/** The view of a run. Secret variables are masked, like on the page. */
export function viewOf({ job, executions }: Run, now: number): RunView {
  const { plan, build } = job;
  return {
    title: `${build.definitionName} #${build.buildNumber}`,
    hub: plan.hub,
    state: plan.state,
    result: plan.result,
    startedAt: Date.parse(plan.startTime),
    finishedAt: time(plan.finishTime),
    at: now,
    rows: rowsBelow(plan, executions, undefined, 0),
    attachments: plan.attachments.map(({ type, name, content }) => ({
      type,
      name,
      text: content.toString('utf8'),
    })),
  };
}

function rowsBelow(
  plan: Plan,
  executions: readonly TaskExecution[],
  parentId: string | undefined,
  depth: number,
): RowView[] {
  const { records } = plan;
  const isBelow = (record: TimelineRecord) =>
    parentId === undefined
      ? !records.some((one) => one.id === record.parentId?.toLowerCase())
      : record.parentId?.toLowerCase() === parentId;
  return records
    .filter(isBelow)
    .sort((a, b) => (a.order ?? Infinity) - (b.order ?? Infinity) || 0)
    .flatMap((record) => [
      rowOf(record, depth, plan, executions),
      ...rowsBelow(plan, executions, record.id, depth + 1),
    ]);
}

function rowOf(
  record: TimelineRecord,
  depth: number,
  plan: Plan,
  executions: readonly TaskExecution[],
): RowView {
  const execution = executions.find((one) => one.taskInstanceId === record.id);
  const log =
    (record.log && plan.log(record.log.id)) ??
    plan.logs.find((one) => one.path.toLowerCase().endsWith(record.id));
  return {
    id: record.id,
    depth,
    type: record.type,
    name: record.name,
    state: record.state,
    result: record.result ?? undefined,
    startedAt: time(record.startTime),
    finishedAt: time(record.finishTime),
    currentOperation: record.currentOperation ?? undefined,
    percentComplete: record.percentComplete ?? undefined,
    issues: record.issues ?? [],
    variables: Object.fromEntries(
      Object.entries(record.variables ?? {}).map(([name, { value, isSecret }]) => [
        name,
        isSecret ? '***' : value,
      ]),
    ),
    lines: [...(execution?.lines ?? []), ...(log?.lines ?? [])],
  };
}

function time(text: string | null | undefined): number | undefined {
  return text == null ? undefined : Date.parse(text);
}

/** A duration in the format of the run's page. */
export function durationText(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < 1) return '<1s';
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  if (hours > 0) return `${hours}h ${minutes}m`;
  return minutes > 0 ? `${minutes}m ${seconds % 60}s` : `${seconds}s`;
}

/** State and result as one word. */
export function statusOf({ state, result }: Pick<RowView, 'state' | 'result'>): string {
  return state === 'completed' ? (result ?? 'succeeded') : state;
}
