import { PlanLog } from './plan-log.ts';
import type { RecordUpdate, TaskResult, TimelineRecord } from './timeline-record.ts';
import { emptyRecord, merged } from './timeline-record.ts';

export const hubs = ['build', 'release', 'gates', 'checks'] as const;
export type Hub = (typeof hubs)[number];

/** An event that was posted, and when it took effect (milliseconds since the epoch). */
export interface PostedEvent {
  readonly name: string;
  /** As sent: gates of old plans use another id here. */
  readonly taskId: string;
  readonly jobId: string;
  /** The task that is meant; undefined for an event of the job. */
  readonly taskInstanceId: string | undefined;
  readonly result: TaskResult | undefined;
  /** False if it came too late or a second time, and had no effect. */
  readonly accepted: boolean;
  readonly at: number;
}

export interface Attachment {
  readonly type: string;
  readonly name: string;
  readonly recordId: string;
  readonly createdOn: string;
  readonly lastChangedOn: string;
  readonly content: Buffer;
}

export interface PlanSettings {
  readonly id: string;
  readonly timelineId: string;
  readonly projectId: string;
  readonly hub: Hub;
  /** Gates of version 12 and below require other ids in events (azure-devops.md §2.2). */
  readonly version: number;
  readonly token: string;
  readonly collectionUrl: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * An orchestration plan: what Azure DevOps stores of one pipeline run, gate evaluation or check. It holds the
 * timeline, the logs and posted events; the rules of the API are elsewhere.
 */
export class Plan {
  readonly id: string;
  readonly timelineId: string;
  readonly projectId: string;
  readonly hub: Hub;
  readonly version: number;
  readonly token: string;
  readonly startTime: string;
  readonly events: PostedEvent[] = [];
  /** Every completion that was posted, in order, accepted or not; each attempt has its own. */
  readonly completions: PostedEvent[] = [];
  readonly #completed = new Set<string>();
  readonly #own = new Set<string>();
  /** Lines of the live feed, by record. */
  readonly feed = new Map<string, string[]>();
  readonly #collectionUrl: string;
  readonly #now: () => number;
  readonly #records = new Map<string, TimelineRecord>();
  readonly #logs: PlanLog[] = [];
  readonly #attachments = new Map<string, Attachment>();
  readonly #listeners = new Set<(event: PostedEvent) => void>();
  #changeId = 0;
  #result: TaskResult | undefined;
  #finishTime: string | undefined;

  constructor(settings: PlanSettings) {
    this.id = settings.id;
    this.timelineId = settings.timelineId;
    this.projectId = settings.projectId;
    this.hub = settings.hub;
    this.version = settings.version;
    this.token = settings.token;
    this.#collectionUrl = settings.collectionUrl;
    this.#now = settings.now;
    this.startTime = this.time();
  }

  /** The current time in the API's format. */
  time(): string {
    return new Date(this.#now()).toISOString();
  }

  get changeId(): number {
    return this.#changeId;
  }

  get result(): TaskResult | undefined {
    return this.#result;
  }

  get finishTime(): string | undefined {
    return this.#finishTime;
  }

  get state(): 'inProgress' | 'completed' {
    return this.#result === undefined ? 'inProgress' : 'completed';
  }

  get records(): readonly TimelineRecord[] {
    return [...this.#records.values()];
  }

  record(id: string): TimelineRecord | undefined {
    return this.#records.get(id.toLowerCase());
  }

  /** Creates or updates records, in one change. */
  update(updates: readonly RecordUpdate[]): readonly TimelineRecord[] {
    const stamp = { changeId: ++this.#changeId, lastModified: this.time() };
    return updates.map((update) => {
      const id = update.id.toLowerCase();
      const record = this.#records.get(id) ?? {
        ...emptyRecord(id),
        location: `${this.#collectionUrl}_apis/distributedtask/plans/${this.id}/timelines/${this.timelineId}/records/${id}`,
      };
      const next = merged(record, update, stamp);
      this.#records.set(id, next);
      return next;
    });
  }

  /** Creates the records of the run itself, which callers may not complete. */
  open(records: readonly RecordUpdate[]): void {
    for (const { id } of records) this.#own.add(id.toLowerCase());
    this.update(records);
  }

  isOwn(id: string): boolean {
    return this.#own.has(id.toLowerCase());
  }

  /** Whether the record's task has been completed by an event. */
  isCompleted(recordId: string): boolean {
    const seen = new Set<string>();
    for (let id = recordId.toLowerCase(); !seen.has(id);) {
      if (this.#completed.has(id)) return true;
      seen.add(id);
      id = this.record(id)?.parentId?.toLowerCase() ?? id;
    }
    return false;
  }

  /** Resets a task for another attempt. */
  restart(taskInstanceId: string): void {
    const record = this.record(taskInstanceId);
    if (!record) return;
    this.#completed.delete(record.id);
    this.#records.set(record.id, {
      ...record,
      state: 'inProgress',
      result: null,
      finishTime: null,
      currentOperation: null,
      percentComplete: null,
      changeId: ++this.#changeId,
    });
  }

  get logs(): readonly PlanLog[] {
    return this.#logs;
  }

  log(id: number): PlanLog | undefined {
    return this.#logs[id - 1];
  }

  /** The log with this path, created if missing. */
  createLog(path: string): PlanLog {
    const known = this.#logs.find((log) => log.path === path);
    if (known) return known;
    const log = new PlanLog(this.#logs.length + 1, path, this.time());
    this.#logs.push(log);
    return log;
  }

  get attachments(): readonly Attachment[] {
    return [...this.#attachments.values()];
  }

  attach(recordId: string, type: string, name: string, content: Buffer): Attachment {
    const key = JSON.stringify([recordId, type, name]).toLowerCase();
    const at = this.time();
    const createdOn = this.#attachments.get(key)?.createdOn ?? at;
    const attachment = { type, name, recordId, createdOn, lastChangedOn: at, content };
    this.#attachments.set(key, attachment);
    return attachment;
  }

  attachment(recordId: string, type: string, name: string): Attachment | undefined {
    return this.#attachments.get(JSON.stringify([recordId, type, name]).toLowerCase());
  }

  post(event: PostedEvent): void {
    this.events.push(event);
    if (event.name === 'TaskCompleted') {
      this.completions.push(event);
      if (event.accepted && event.taskInstanceId !== undefined) {
        this.#completed.add(event.taskInstanceId);
      }
    }
    if (!event.accepted) return;
    for (const listener of [...this.#listeners]) listener(event);
  }

  /** Calls `listener` with every accepted event. Returns a function that ends this. */
  onEvent(listener: (event: PostedEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ends the plan. Reports after that are too late. */
  finish(result: TaskResult): void {
    if (this.#result !== undefined) return;
    this.#result = result;
    this.#finishTime = this.time();
    // Records that a caller created stay unchanged; what Azure DevOps does is unknown.
    const open = this.records.filter(({ id, state }) => state !== 'completed' && this.isOwn(id));
    if (open.length === 0) return;
    const { finishTime } = this;
    this.update(
      open.map(({ id }) => ({ id, state: 'completed', result, finishTime: finishTime ?? null })),
    );
  }
}
