import { printName } from '../sync/model/application.ts';
import type { ApplicationSelection } from '../sync/model/application-selection.ts';
import type { ApplicationResult, Progress } from '../sync/model/outcome.ts';
import { OperationLog, type LogMark, type LogSink } from './log.ts';
import { Timeline, type DetailRecord } from './timeline.ts';

/** Where a run reports its progress: its log and its timeline records. */
export interface ReportSink extends LogSink {
  /** Creates or updates a record. */
  record(record: DetailRecord): void;
}

/** What an earlier process has reported of a run that this one continues. */
export interface EarlierReport {
  /** The state of its log; absent if it had logged nothing. */
  readonly mark: LogMark | undefined;
  /** The steps and results that it reported. */
  readonly told: readonly Progress[];
}

/**
 * Reports a run while it is in progress, in its log and its timeline. Agent task and handler share it.
 */
export class ProgressReport {
  readonly #log: OperationLog;
  readonly #timeline: Timeline;

  /** `identify` returns the id of a record, a GUID, for a path that stays the same across processes. */
  constructor(
    sink: ReportSink,
    subject: ApplicationSelection,
    identify: (path: string) => string,
    { mark, told }: EarlierReport = { mark: undefined, told: [] },
  ) {
    const names = 'names' in subject ? subject.names.map(printName) : [];
    this.#log = new OperationLog(sink, names, mark);
    this.#timeline = new Timeline((record) => sink.record(record), identify);
    this.#timeline.remember(told);
    for (const one of told) {
      if (one.kind === 'step') this.#log.remember(printName(one.application), one.step);
    }
  }

  /** The state of the log, for the `EarlierReport` of the next process. */
  get mark(): LogMark {
    return this.#log.mark;
  }

  tell(progress: Progress): void {
    this.#log.tell(progress);
    this.#timeline.tell(progress);
  }

  /** Ends the log of a run that was followed to its end. */
  close(results: readonly ApplicationResult[]): void {
    this.#log.close(results);
  }
}
