import { printName } from '../sync/model/application.ts';
import type { ApplicationSelection } from '../sync/model/application-selection.ts';
import type { ApplicationResult, Progress } from '../sync/model/outcome.ts';
import { OperationLog, type LogMark, type LogSink } from './log.ts';
import { Timeline, type DetailRecord } from './timeline.ts';

/** Where a run is told as it goes: its log, and the records of its timeline. */
export interface ReportSink extends LogSink {
  /** Makes a record, or says what changed in it. */
  record(record: DetailRecord): void;
}

/** What an earlier process has told of a run, with which this one goes on. */
export interface EarlierReport {
  /** Where its log was; absent where it had said nothing. */
  readonly mark: LogMark | undefined;
  /** The steps and results that it told. */
  readonly told: readonly Progress[];
}

/** Tells a run while it goes on, in its log and its timeline: the same for both tasks. */
export class ProgressReport {
  readonly #log: OperationLog;
  readonly #timeline: Timeline;

  /** `identify` gives a record its id, a GUID; its argument is the same for what is the same. */
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

  /** Where the log is: an `EarlierReport` of the next process. */
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
