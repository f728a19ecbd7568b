import { AzureError } from '../../../src/azure/http/azure-error.ts';
import type { AzureFailure } from '../../../src/azure/http/azure-error.ts';
import type {
  Attachment,
  RecordUpdate,
  TaskEvent,
  TaskHub,
  TimelineRecord,
} from '../../../src/azure/task-hub/task-hub.ts';
import type { Clock } from '../../../src/async/clock.ts';
import type { FollowSpec } from '../../../src/handler/run.ts';
import { sampleSpec } from '../store/sample.ts';
import { goOn, type Passage } from './passage.ts';

const guid = (digit: string) => `${digit.repeat(8)}-0000-4000-8000-000000000000`;

/** A spec whose ids have letters: Azure DevOps writes them in either case. */
export const spec: FollowSpec = {
  ...sampleSpec,
  address: {
    ...sampleSpec.address,
    projectId: guid('a'),
    planId: guid('b'),
    jobId: guid('c'),
    timelineId: guid('b'),
    taskInstanceId: guid('d'),
  },
};
const { taskInstanceId, jobId, planId, projectId } = spec.address;

export type Call = Exclude<keyof TaskHub, 'projectName' | 'buildStatus'>;

export function failed(failure: AzureFailure, retryAfter?: number): AzureError {
  const about = retryAfter === undefined ? { failure } : { failure, retryAfter };
  return new AzureError('POST x', failure, about);
}

/** A plan in Azure DevOps with one task: everything that any process reported. */
export class FakePlan {
  readonly #clock: Clock;
  /** The requests, and when they arrived, including refused ones. */
  readonly calls: { readonly at: number; readonly what: Call }[] = [];
  /** Lines of the task's log; undefined while it has none. */
  lines: string[] | undefined;
  /** Log lines that one call accepts before it breaks. */
  mostLinesTaken = Infinity;
  /** The task's own record after all updates. */
  own: Omit<RecordUpdate, 'id'> = {};
  readonly children = new Map<string, RecordUpdate>();
  readonly attachments: Attachment[] = [];
  readonly events: (TaskEvent & { readonly planVersion: number | undefined })[] = [];
  isOver = false;
  /** Of the job, according to its record. */
  jobState: TimelineRecord['state'] = 'inProgress';
  /** Of the plan itself. */
  state = 'inProgress';
  /** The name of its project; undefined if the token may not read it. */
  projectName: string | undefined = spec.azureProject;
  /** Of the build that a check holds. */
  buildStatus = 'inProgress';
  /** The completion of its last task ends a plan. */
  isOverWhenCompleted = false;
  /** Decides the server's reaction to a call, beyond the usual, and how long it takes. */
  onCall: (what: Call, given: unknown) => AzureError | undefined | Promise<AzureError | undefined> =
    () => undefined;

  readonly #onReturn = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Its organization responds again after an outage. */
  returned(): void {
    for (const listener of [...this.#onReturn]) listener();
  }

  readonly onReturn = (listener: () => void): (() => void) => {
    this.#onReturn.add(listener);
    return () => this.#onReturn.delete(listener);
  };

  /** When this was requested. */
  times(what: Call): readonly number[] {
    return this.calls.filter((call) => call.what === what).map(({ at }) => at);
  }

  get completions(): readonly string[] {
    return this.events.flatMap((event) => (event.name === 'TaskCompleted' ? [event.result] : []));
  }

  /** A process's client for it. */
  hub(passage: Passage = goOn): TaskHub {
    const call = async <T>(
      what: Call,
      given: unknown,
      signal: AbortSignal,
      act: () => T,
    ): Promise<T> => {
      await passage(what, 'before');
      this.calls.push({ at: this.#clock.now(), what });
      const refusal = this.isOver
        ? failed('plan-gone')
        : await orAbort(this.onCall(what, given), signal);
      if (refusal !== undefined) throw refusal;
      const answer = act();
      await passage(what, 'after');
      return answer;
    };
    return {
      plan: (signal) =>
        call('plan', undefined, signal, () => ({
          ...{ planId, scopeIdentifier: projectId, version: 15, state: this.state },
        })),
      projectName: () =>
        this.projectName === undefined
          ? Promise.reject(failed('forbidden'))
          : Promise.resolve(this.projectName),
      buildStatus: () => Promise.resolve(this.buildStatus),
      records: (signal) => call('records', undefined, signal, () => this.#records()),
      updateRecords: (records, signal) =>
        call('updateRecords', records, signal, () => {
          for (const record of records) this.#update(record);
        }),
      createLog: (signal) =>
        call('createLog', undefined, signal, () => {
          this.lines ??= [];
          return { id: 7, lineCount: this.lines.length };
        }),
      appendLog: (id, lines, signal) =>
        call('appendLog', lines, signal, () => this.#append(id, lines)),
      attach: (attachment, signal) =>
        call('attach', attachment, signal, () => {
          this.attachments.push(attachment);
        }),
      post: (event, planVersion, signal) =>
        call('post', event, signal, () => {
          this.events.push({ ...event, planVersion });
          if (event.name === 'TaskStarted') return;
          this.own = { ...this.own, state: 'completed', result: event.result };
          this.isOver = this.isOverWhenCompleted;
        }),
    };
  }

  #records(): readonly TimelineRecord[] {
    const about = { parentId: undefined, type: 'Task', name: undefined, result: undefined };
    const { state } = this.own;
    return [
      { ...about, id: jobId, state: this.jobState },
      { ...about, id: taskInstanceId.toUpperCase(), parentId: jobId, state },
    ];
  }

  #update({ id, ...rest }: RecordUpdate): void {
    if (id === taskInstanceId) this.own = { ...this.own, ...rest };
    else this.children.set(id, { ...this.children.get(id), id, ...rest });
  }

  #append(id: number, lines: readonly string[]): { id: number; lineCount: number } {
    if (id !== 7 || this.lines === undefined) throw failed('not-found');
    this.lines.push(...lines.slice(0, this.mostLinesTaken));
    if (lines.length > this.mostLinesTaken) throw failed('unclear');
    return { id, lineCount: this.lines.length };
  }
}

/** Whichever comes first: a response, or the end of the call. */
async function orAbort<T>(answer: T | Promise<T>, signal: AbortSignal): Promise<T> {
  if (!(answer instanceof Promise)) return answer;
  signal.throwIfAborted();
  const over = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  return Promise.race([answer, over]);
}
