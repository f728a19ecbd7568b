import { mergeTaskResults, type TaskResult } from './task-result.ts';
import { SecretMask } from './secret-mask.ts';
import { Timeline } from './timeline.ts';

export interface Issue {
  readonly type: 'error' | 'warning';
  readonly message: string;
  /** Source file, line, code and anything else that the task added. */
  readonly properties: Readonly<Record<string, string>>;
}

export interface Attachment {
  readonly type: string;
  readonly name: string;
  readonly content: string;
}

export interface Progress {
  readonly percent: number;
  readonly operation: string | undefined;
}

/** The agent keeps this many errors, and as many warnings, per record; it only counts the rest. */
const keptIssues = 10;

/** What the agent knows of a running step: azure-pipelines-agent's `ExecutionContext`. */
export class Step {
  readonly mask = new SecretMask();
  readonly timeline: Timeline;
  readonly lines: string[] = [];
  readonly issues: Issue[] = [];
  readonly attachments: Attachment[] = [];
  /** In the order of the calls, as shown on the run's page. */
  readonly progress: Progress[] = [];
  readonly outputs = new Map<string, string>();
  readonly variables = new Map<string, string>();
  readonly buildTags: string[] = [];
  readonly counts = { error: 0, warning: 0 };
  /** The task reported its end before its process ended (`done=true`). */
  declaredDone = false;
  #result: TaskResult | undefined;
  #commandFailed = false;
  readonly #onLine: (line: string) => void;

  constructor(now: () => number, onLine: (line: string) => void) {
    this.timeline = new Timeline(now);
    this.#onLine = onLine;
  }

  /** A step that reports nothing has succeeded; a command that the agent cannot execute fails it. */
  get result(): TaskResult {
    const said = this.#result ?? 'Succeeded';
    return this.#commandFailed ? mergeTaskResults(said, 'Failed') : said;
  }

  complete(result: TaskResult): void {
    this.#result = mergeTaskResults(this.#result, result);
  }

  /** The result of a canceled job, which replaces the task's own. */
  override(result: TaskResult): void {
    this.#result = result;
  }

  /** A message with line breaks becomes several lines of the log, of which only the first has a tag. */
  write(text: string): void {
    for (const line of this.mask.apply(text).split(/\r\n|\r|\n/)) {
      this.lines.push(line);
      this.#onLine(line);
    }
  }

  addIssue(type: Issue['type'], text: string, properties: Issue['properties'] = {}): void {
    const message = this.mask.apply(text);
    if (message !== '') this.write(`##[${type}]${message}`);
    if (this.counts[type] < keptIssues) this.issues.push({ type, message, properties });
    this.counts[type] += 1;
  }

  failCommand(line: string, reason: unknown): void {
    this.addIssue('error', `Unable to process command '${line}' successfully.`);
    this.addIssue('error', reason instanceof Error ? reason.message : String(reason));
    this.#commandFailed = true;
  }

  /** The bar never goes back; a call without a text keeps the previous one. */
  setProgress(percent: number, operation: string | undefined): void {
    const last = this.progress.at(-1);
    this.progress.push({
      percent: Math.max(percent, last?.percent ?? 0),
      operation: operation ?? last?.operation,
    });
  }
}
