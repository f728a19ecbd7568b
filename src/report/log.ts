import { printName } from '../sync/model/application.ts';
import type { ApplicationResult, Progress, OperationStep } from '../sync/model/outcome.ts';
import { followUpLine } from './follow-up-words.ts';
import { causeLines } from './failure-lines.ts';
import { phasePlace, phaseTitle } from './phases.ts';
import { logLine } from '../text/foreign-text.ts';
import { outcomeWords } from './result.ts';
import { closingTable, resultLines, stepGroup } from './result-lines.ts';
import { printWave, stepCells } from './step-line.ts';
import { stepIdOf } from '../sync/rules/steps.ts';

/** Where a run's log is written: the agent's output, or the timeline record of an agentless task. */
export interface LogSink {
  line(text: string): void;
  /** An error or warning that the run's page counts and lists. */
  issue(type: 'error' | 'warning', text: string): void;
  /** The progress of the run, 0 to 100, and what it is doing now. */
  progress(percent: number, text: string): void;
}

/** As many issues of each type as the agent keeps for a step (azure-devops.md §3.4). */
const mostIssues = 10;
const narrowest = 32;
const widest = 60;

/** What the log remembers of one application, so that it repeats nothing. */
interface Told {
  readonly steps: Map<string, OperationStep>;
  readonly notices: Set<string>;
  status: string;
  /** The share of expected steps that have ended: 0 to 1. */
  share: number;
  ended: boolean;
}

/** The state of a log, as plain data, with which another process continues it. */
export interface LogMark {
  readonly group: number | undefined;
  readonly phases: readonly number[];
  readonly percent: number;
  /** The last line about the search for applications; absent if there was none. */
  readonly search?: string;
  readonly issues: { readonly error: number; readonly warning: number };
  readonly applications: readonly {
    readonly name: string;
    readonly status: string;
    readonly share: number;
    readonly ended: boolean;
  }[];
}

/**
 * Logs a run as it happens, one line per change. For one application, phases are groups. For several,
 * each line starts with the application, and its steps follow as a group when it ends.
 */
export class OperationLog {
  readonly #sink: LogSink;
  readonly #expected: number;
  readonly #several: boolean;
  readonly #told = new Map<string, Told>();
  #nameWidth: number;
  #resourceWidth = narrowest;
  #percent = 0;
  #ended = 0;
  #search = '';
  #issues = { error: 0, warning: 0 };
  /** Place of the open group among the phases and attempts; absent if none is open. */
  #group: number | undefined;
  readonly #phasesTold = new Set<number>();

  /**
   * `names` are the applications by name; empty if a selector chooses them. `mark` is the state in which
   * an earlier process left the log.
   */
  constructor(sink: LogSink, names: readonly string[], mark?: LogMark) {
    this.#sink = sink;
    this.#several = names.length !== 1;
    this.#expected = names.length;
    this.#nameWidth = Math.min(widest, Math.max(0, ...names.map((name) => name.length)));
    if (mark !== undefined) this.#goOn(mark);
  }

  #goOn({ group, phases, percent, search = '', issues, applications }: LogMark): void {
    this.#search = search;
    this.#group = group;
    this.#percent = percent;
    this.#issues = { ...issues };
    for (const phase of phases) this.#phasesTold.add(phase);
    for (const { name, ...told } of applications) Object.assign(this.#toldOf(name), told);
    this.#ended = applications.filter(({ ended }) => ended).length;
  }

  /** The current state of the log. */
  get mark(): LogMark {
    return {
      group: this.#group,
      phases: [...this.#phasesTold],
      percent: this.#percent,
      ...(this.#search === '' ? {} : { search: this.#search }),
      issues: { ...this.#issues },
      applications: [...this.#told].map(([name, { status, share, ended }]) => ({
        ...{ name, status, share, ended },
      })),
    };
  }

  /** Restores a step that an earlier process has logged. */
  remember(name: string, step: OperationStep): void {
    this.#toldOf(name).steps.set(keyOf(step), step);
  }

  tell(progress: Progress): void {
    if (progress.kind === 'result') {
      this.#tellResult(progress.result);
      return;
    }
    if (progress.kind === 'search') {
      this.#tellSearch(progress.message, progress.level);
      return;
    }
    const name = printName(progress.application);
    const told = this.#toldOf(name);
    switch (progress.kind) {
      case 'notice':
        if (told.notices.has(progress.message)) return;
        told.notices.add(progress.message);
        this.#closeIdleGroup(told);
        if (progress.level === 'issue') this.#tellIssue(name, progress.message);
        else this.#line(name, progress.message, progress.level === 'warning' ? '##[warning]' : '');
        return;
      case 'status':
        if (told.status === progress.message) return;
        told.status = progress.message;
        this.#closeIdleGroup(told);
        this.#line(name, progress.message);
        return;
      case 'step':
        this.#tellStep(name, told, progress.step);
        return;
      case 'followUp':
        this.#closeIdleGroup(told);
        this.#line(name, followUpLine(progress.followUp));
        return;
      case 'progress':
        told.share = progress.total > 0 ? Math.min(1, progress.done / progress.total) : 0;
        this.#tellPercent(`${progress.done} of ${progress.total} steps`);
    }
  }

  /** Logs the final table of a run of several applications. */
  close(results: readonly ApplicationResult[]): void {
    this.#closeGroup();
    if (!this.#several || results.length === 0) return;
    for (const line of closingTable(results)) this.#sink.line(line);
  }

  #tellSearch(message: string, level: 'info' | 'warning'): void {
    if (this.#search === message) return;
    this.#search = message;
    this.#sink.line((level === 'warning' ? '##[warning]' : '') + logLine(message));
  }

  /** Half of the issues on the run's page are reserved for the outcome of the run. */
  #tellIssue(name: string, message: string): void {
    const text = logLine(`${name}: ${message}`, 800);
    if (this.#issues.warning < mostIssues / 2) this.#issue('warning', text);
    else this.#sink.line(`##[warning]${text}`);
  }

  #tellStep(name: string, told: Told, step: OperationStep): void {
    const key = keyOf(step);
    const before = told.steps.get(key);
    told.steps.set(key, step);
    if (step.state === 'Pending' || before?.state === step.state) return;
    if (this.#several) {
      // The other steps are in the group that follows when the application ends.
      if (step.hook || step.state === 'Failed') this.#line(name, this.#stepText(step));
      return;
    }
    if (step.state === 'Running' && !step.hook) return;
    this.#openGroup(step);
    this.#line(name, this.#stepText(step));
  }

  #tellResult(result: ApplicationResult): void {
    const name = printName(result);
    const told = this.#toldOf(name);
    if (told.ended) return;
    told.ended = true;
    told.share = 1;
    this.#ended += 1;
    this.#closeGroup();
    this.#tellCauses(name, result);
    for (const { title, message } of result.concerns) {
      this.#issue('warning', logLine(`${name}: ${title}${message && `: ${message}`}`, 800));
    }
    for (const line of resultLines(result)) this.#sink.line(line);
    if (this.#several) for (const line of stepGroup(result)) this.#sink.line(line);
    this.#tellPercent(`${name} ${outcomeWords[result.outcome]}`);
  }

  #tellCauses(name: string, result: ApplicationResult): void {
    causeLines(result).forEach(({ issue, details }, index) => {
      const text = `${logLine(name)}: ${issue}`;
      // One application must not use up the issues that the agent keeps for all.
      if (this.#several && index > 0) this.#sink.line(`##[error]${text}`);
      else this.#issue('error', text);
      for (const line of details) this.#sink.line(line);
    });
  }

  /** Beyond the agent's limit, an issue is still shown in red but not counted. */
  #issue(type: 'error' | 'warning', text: string): void {
    this.#issues[type] += 1;
    if (this.#issues[type] > mostIssues) this.#sink.line(`##[${type}]${text}`);
    else this.#sink.issue(type, text);
  }

  #stepText(step: OperationStep): string {
    const [wave, resource, state, span, message] = stepCells(step);
    this.#resourceWidth = Math.min(widest, Math.max(this.#resourceWidth, resource.length));
    return [
      wave.padEnd(17),
      resource.padEnd(this.#resourceWidth),
      state.padEnd(step.dryRun === true ? 11 : 10),
      span.padStart(6),
      message,
    ]
      .join('  ')
      .trimEnd();
  }

  #line(name: string, text: string, command = ''): void {
    this.#nameWidth = Math.min(widest, Math.max(this.#nameWidth, name.length));
    const prefix = this.#several ? `${name.padEnd(this.#nameWidth)}  ` : '';
    this.#sink.line(command + logLine(prefix + text));
  }

  #openGroup(step: OperationStep): void {
    const place = phasePlace(step);
    if (place === this.#group) return;
    this.#closeGroup();
    const title = this.#groupTitle(step, place);
    this.#phasesTold.add(place);
    this.#group = place;
    this.#sink.line(`##[group]${title}`);
  }

  /**
   * A phase that already had a group continues under the name of its wave, so that titles stay unique.
   */
  #groupTitle(step: OperationStep, place: number): string {
    if (!this.#phasesTold.has(place)) return phaseTitle(step);
    const isLate = place < Math.max(...this.#phasesTold);
    return isLate || step.wave === undefined
      ? phaseTitle(step, step.phase, 'continued')
      : phaseTitle(step, printWave(step));
  }

  /** Lines after the last step of a phase do not belong in its group. */
  #closeIdleGroup({ steps }: Told): void {
    if (![...steps.values()].some(({ state }) => state === 'Running')) this.#closeGroup();
  }

  #closeGroup(): void {
    if (this.#group === undefined) return;
    this.#group = undefined;
    this.#sink.line('##[endgroup]');
  }

  #tellPercent(message: string): void {
    const applications = Math.max(this.#expected, this.#told.size);
    const shares = [...this.#told.values()].reduce((sum, { share }) => sum + share, 0);
    const done = this.#ended >= applications;
    const percent = done ? 100 : Math.min(99, Math.floor((100 * shares) / applications));
    if (percent <= this.#percent) return;
    this.#percent = percent;
    this.#sink.progress(percent, logLine(message, 100));
  }

  #toldOf(name: string): Told {
    const known = this.#told.get(name);
    if (known) return known;
    const told: Told = { steps: new Map(), notices: new Set(), status: '', share: 0, ended: false };
    this.#told.set(name, told);
    return told;
  }
}

function keyOf(step: OperationStep): string {
  return `${step.attempt}\n${stepIdOf(step)}`;
}
