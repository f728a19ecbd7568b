import type { Clock } from '../../../async/clock.ts';
import { errorMessage } from '../../../async/error-message.ts';
import { reportedRun } from '../../../actions/reported-run.ts';
import { differs, isOver, type FollowUpReport } from '../../../sync/model/follow-up-report.ts';
import { logLine } from '../../../text/foreign-text.ts';
import type { RunFollowUp, RunFollowUps } from '../../follow-ups/run-follow-ups.ts';

/** What watching a follow-up needs. */
export interface WatchedFollowUpPorts {
  readonly followUps: Pick<RunFollowUps, 'find' | 'watch'>;
  readonly insist: <T>(act: () => Promise<T>) => Promise<T>;
  readonly clock: Clock;
}

/** Milliseconds between two reads of a follow-up that is not queued yet; they read only the store. */
const pause = 1_000;

/** A follow-up that a run waits for, from its last known state to its end. */
export class WatchedFollowUp {
  readonly #ports: WatchedFollowUpPorts;
  readonly #changed: (report: FollowUpReport) => void;
  /** Resolves when its current state is known. */
  readonly looked: Promise<void>;
  #look: () => void = () => undefined;
  #isUnclear = false;
  /** Its last known state. */
  report: FollowUpReport;

  /** `known`: its state as last reported. `changed` is called with each new state. */
  constructor(
    known: FollowUpReport,
    ports: WatchedFollowUpPorts,
    changed: (report: FollowUpReport) => void,
  ) {
    this.report = known;
    this.#ports = ports;
    this.#changed = changed;
    this.looked = new Promise((resolve) => (this.#look = resolve));
  }

  /** Resolves when it has ended, when its end cannot be determined, or when the signal aborts. */
  async watch(signal: AbortSignal): Promise<void> {
    try {
      const queued = await this.#untilQueued(signal);
      if (queued?.run !== undefined) await this.#untilEnded(queued.run, signal);
    } finally {
      this.#look();
    }
  }

  /** Its state in the store; undefined if the store no longer has it. */
  async find(): Promise<RunFollowUp | undefined> {
    const { followUps, insist } = this.#ports;
    const found = await insist(() => followUps.find(this.report.key));
    this.#isUnclear = found?.isUnclear ?? false;
    return found;
  }

  /** Applies a change that did not come from watching. */
  become(change: Partial<FollowUpReport>): void {
    const before = this.report;
    const report = { ...before, ...change };
    this.report = report;
    if (differs(before, report)) this.#changed(report);
  }

  /** Says so if the run ends without knowing whether this was queued. */
  close(): void {
    if (!this.#isUnclear || this.report.state !== 'waiting') return;
    const message = ['It may have been queued: no answer came.', this.report.message].join(' ');
    this.become({ message: message.trim() });
  }

  /** Resolves to undefined if it has ended or the signal aborted. */
  async #untilQueued(signal: AbortSignal): Promise<RunFollowUp | undefined> {
    while (!signal.aborted && !isOver(this.report)) {
      const found = await this.find();
      if (found === undefined) {
        this.become({ state: 'notQueued', message: removed });
        return undefined;
      }
      const { report, run } = found;
      // The pipeline's run may have been read already; the store does not know its state.
      if (this.report.run === undefined || report.state !== 'queued') this.become(report);
      if (run !== undefined) return found;
      this.#look();
      if (isOver(this.report)) return undefined;
      await this.#ports.clock.sleep(pause, signal);
    }
    return undefined;
  }

  async #untilEnded(run: NonNullable<RunFollowUp['run']>, signal: AbortSignal): Promise<void> {
    try {
      await this.#ports.followUps.watch(run, signal, (seen) => {
        this.become(reportedRun(seen));
        this.#look();
      });
    } catch (error) {
      // A permanent refusal: its end stays unknown, and another read would not change that.
      if (!signal.aborted) this.become({ message: logLine(errorMessage(error), 1_000) });
    }
  }
}

const removed =
  'The handler does not know it any more: it has removed it from its store (`retention`).';
