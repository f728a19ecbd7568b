import type { RecordUpdate } from '../../../azure/task-hub/task-hub.ts';
import type { Clock } from '../../../async/clock.ts';
import type { DetailRecord } from '../../../report/timeline.ts';
import type { ReportSink } from '../../../report/progress-report.ts';
import type { RunUnitOfWork } from '../record/run-unit-of-work.ts';

/** The number of issues that the page of a run shows for a task. */
const mostIssues = 10;

/**
 * The log of an agentless task: lines for the record's log, issues and progress for the record.
 * Nothing is sent from here: everything becomes part of the run's unit of work.
 */
export class OutboxLog implements ReportSink {
  readonly #unitOfWork: RunUnitOfWork;
  readonly #clock: Clock;

  constructor(unitOfWork: RunUnitOfWork, clock: Clock) {
    this.#unitOfWork = unitOfWork;
    this.#clock = clock;
  }

  line(text: string): void {
    this.lines([text]);
  }

  lines(texts: readonly string[]): void {
    const stamp = logStamp(this.#clock.now());
    const lines = texts.flatMap((text) => text.split('\n')).map((text) => `${stamp} ${text}`);
    this.#unitOfWork.enqueue({ kind: 'lines', lines });
  }

  issue(type: 'error' | 'warning', text: string): void {
    this.line(`##[${type}]${text}`);
    const { report } = this.#unitOfWork.run;
    const issues = [...report.issues, { type, message: text }];
    if (issues.filter((one) => one.type === type).length > mostIssues) return;
    this.#unitOfWork.change({ report: { ...report, issues } });
    const count = (counted: typeof type) => issues.filter((one) => one.type === counted).length;
    this.#unitOfWork.enqueue({
      kind: 'record',
      update: { issues, errorCount: count('error'), warningCount: count('warning') },
    });
  }

  progress(percent: number, text: string): void {
    const { report } = this.#unitOfWork.run;
    // After a restart the count starts again, but a progress bar never goes back.
    if (percent <= report.percent) return;
    this.#unitOfWork.change({ report: { ...report, percent } });
    this.#unitOfWork.enqueue({
      kind: 'record',
      update: { percentComplete: percent, currentOperation: text },
    });
  }

  /** What is being waited for, next to the bar. */
  activity(text: string): void {
    this.#unitOfWork.enqueue({ kind: 'record', update: { currentOperation: text } });
  }

  record(record: DetailRecord): void {
    const { run } = this.#unitOfWork;
    if (run.report.isWithoutChildren) return;
    const top = run.spec.address.taskInstanceId;
    this.#unitOfWork.enqueue({ kind: 'children', records: [childRecord(record, top)] });
  }
}

/** The time as logs of Azure Pipelines write it, to a tenth of a microsecond. */
function logStamp(now: number): string {
  return new Date(now).toISOString().replace('Z', '0000Z');
}

const states = { Pending: 'pending', InProgress: 'inProgress', Completed: 'completed' } as const;
const results = {
  Succeeded: 'succeeded',
  SucceededWithIssues: 'succeededWithIssues',
  Failed: 'failed',
  Canceled: 'canceled',
  Skipped: 'skipped',
  Abandoned: 'abandoned',
} as const;

/** A record has its type and parent when it is created; later updates leave them out. */
function childRecord(record: DetailRecord, top: string): RecordUpdate {
  const { id, parentId, type, name, order, startTime, finishTime, result } = record;
  return {
    id,
    ...(type === undefined ? {} : { type, parentId: parentId ?? top }),
    ...(name === undefined ? {} : { name }),
    ...(order === undefined ? {} : { order }),
    ...(startTime === undefined ? {} : { startTime }),
    ...(finishTime === undefined ? {} : { finishTime }),
    ...(result === undefined ? {} : { result: results[result] }),
    state: states[record.state],
  };
}
