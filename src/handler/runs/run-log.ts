import type { RecordUpdate } from '../../azure/task-hub.ts';
import type { Clock } from '../../follow/clock.ts';
import type { DetailRecord } from '../../report/timeline.ts';
import type { LogSink } from '../../report/log.ts';
import type { Recorder } from './recorder.ts';

/** As many issues as the page of a run shows for a task. */
const mostIssues = 10;

/**
 * The log of an agentless task: lines for the record's log, issues and progress for the record.
 * Nothing is sent from here: what is written becomes part of the recorder's step.
 */
export class RunLog implements LogSink {
  readonly #recorder: Recorder;
  readonly #clock: Clock;

  constructor(recorder: Recorder, clock: Clock) {
    this.#recorder = recorder;
    this.#clock = clock;
  }

  line(text: string): void {
    this.lines([text]);
  }

  lines(texts: readonly string[]): void {
    const stamp = logStamp(this.#clock.now());
    const lines = texts.flatMap((text) => text.split('\n')).map((text) => `${stamp} ${text}`);
    this.#recorder.enqueue({ kind: 'lines', lines });
  }

  issue(type: 'error' | 'warning', text: string): void {
    this.line(`##[${type}]${text}`);
    const { report } = this.#recorder.run;
    const issues = [...report.issues, { type, message: text }];
    if (issues.filter((one) => one.type === type).length > mostIssues) return;
    this.#recorder.change({ report: { ...report, issues } });
    const count = (counted: typeof type) => issues.filter((one) => one.type === counted).length;
    this.#recorder.enqueue({
      kind: 'record',
      update: { issues, errorCount: count('error'), warningCount: count('warning') },
    });
  }

  progress(percent: number, text: string): void {
    const { report } = this.#recorder.run;
    // After a restart the count begins anew: a bar never goes back.
    if (percent <= report.percent) return;
    this.#recorder.change({ report: { ...report, percent } });
    this.#recorder.enqueue({
      kind: 'record',
      update: { percentComplete: percent, currentOperation: text },
    });
  }

  /** What is being waited for, beside the bar. */
  activity(text: string): void {
    this.#recorder.enqueue({ kind: 'record', update: { currentOperation: text } });
  }

  child(record: DetailRecord): void {
    const { run } = this.#recorder;
    if (run.report.isWithoutChildren) return;
    const top = run.order.address.taskInstanceId;
    this.#recorder.enqueue({ kind: 'children', records: [childRecord(record, top)] });
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

/** A record says what it is, and below which one, when it is made; later it only goes on. */
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
