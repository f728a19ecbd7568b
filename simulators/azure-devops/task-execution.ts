import type { SimulatedClock } from '../argo-cd/clock.ts';
import { evaluateExpression, truth } from './expression.ts';
import type { Plan } from './plan.ts';
import type { Send, ServerAnswer } from './sender.ts';
import type { RequestContext, ServerRequest } from './server-request.ts';
import { buildRequest, expandedInputs } from './server-request.ts';
import type { TaskResult } from './timeline-record.ts';
import { parseTimeSpan } from './time-span.ts';

export interface TaskOutcome {
  readonly result: TaskResult;
  /** Why it failed; undefined if the caller said so by callback, or if it did not fail. */
  readonly message: string | undefined;
}

/** A request that was sent for the task, and its result. */
export interface SentRequest {
  readonly purpose: 'Execute' | 'Cancel';
  readonly request: ServerRequest;
  readonly answer: ServerAnswer | undefined;
}

export interface TaskExecutionSettings {
  readonly plan: Plan;
  readonly taskInstanceId: string;
  readonly context: RequestContext;
  readonly clock: SimulatedClock;
  readonly send: Send;
  /** Real milliseconds; a real Azure DevOps waits 20 seconds. */
  readonly answerLimit: number;
}

interface Limit {
  readonly event: string;
  readonly text: string;
  readonly milliseconds: number;
}

const longest = 72 * 3_600_000;

/** Executes one server task: sends its request and, in callback mode, waits for its events. */
export class TaskExecution {
  readonly sent: SentRequest[] = [];
  /** Azure DevOps' own lines in the task's log. */
  readonly lines: string[] = [];
  readonly #settings: TaskExecutionSettings;

  constructor(settings: TaskExecutionSettings) {
    this.#settings = settings;
  }

  get taskInstanceId(): string {
    return this.#settings.taskInstanceId;
  }

  /** One attempt. An abort ends the wait with the result `canceled`. */
  async execute(signal: AbortSignal): Promise<TaskOutcome> {
    const { context } = this.#settings;
    const { Execute } = context.task.execution.HttpRequest;
    let request: ServerRequest;
    let limits: readonly Limit[];
    try {
      request = buildRequest(Execute, context);
      limits = this.#limits();
    } catch (error) {
      return this.#failed(messageOf(error));
    }
    // An event may arrive before the response, so listening starts here.
    const waiting = request.waits ? this.#watch() : undefined;
    try {
      const answer = await this.#send('Execute', request);
      if (answer.status < 200 || answer.status > 299) {
        return this.#failed(`The request failed with status ${answer.status}: ${answer.text}`);
      }
      if (waiting) return await waiting.completed(limits, signal);
      return this.#judged(request, answer);
    } catch (error) {
      return this.#failed(`The request failed: ${messageOf(error)}`);
    } finally {
      waiting?.end();
    }
  }

  /**
   * Sends the Cancel request of the task, if it declares one, and allows so many simulated milliseconds to
   * complete it.
   */
  async cancel(grace: number): Promise<void> {
    const { context, plan, taskInstanceId } = this.#settings;
    const { Cancel } = context.task.execution.HttpRequest;
    if (!Cancel || this.sent.length === 0) return;
    const waiting = this.#watch();
    try {
      await this.#send('Cancel', buildRequest(Cancel, context));
      if (plan.isCompleted(taskInstanceId)) return;
      const limit = { event: 'TaskCompleted', text: 'the cancel timeout', milliseconds: grace };
      await waiting.completed([limit], new AbortController().signal);
    } catch (error) {
      this.lines.push(`##[warning]The Cancel request failed: ${messageOf(error)}`);
    } finally {
      waiting.end();
    }
  }

  async #send(purpose: SentRequest['purpose'], request: ServerRequest): Promise<ServerAnswer> {
    const { send, answerLimit, clock } = this.#settings;
    this.lines.push(`${request.method} ${request.url}`);
    try {
      const answer = await send(request, answerLimit);
      clock.arrive();
      this.sent.push({ purpose, request, answer });
      this.lines.push(`Response Code: ${answer.statusName}`, `Response: ${answer.text}`);
      return answer;
    } catch (error) {
      this.sent.push({ purpose, request, answer: undefined });
      throw error;
    }
  }

  #judged(request: ServerRequest, answer: ServerAnswer): TaskOutcome {
    if (request.expression === '') return { result: 'succeeded', message: undefined };
    let root: unknown;
    try {
      root = JSON.parse(answer.text);
    } catch {
      return this.#failed('The response body is not JSON, so the expression cannot be evaluated.');
    }
    const { context } = this.#settings;
    const value = evaluateExpression(request.expression, {
      root,
      response: { statuscode: answer.statusName, headers: answer.headers, content: root },
      taskInputs: lowered(Object.entries(expandedInputs(context))),
      variables: lowered([...context.variables]),
    });
    if (truth(value)) return { result: 'succeeded', message: undefined };
    return this.#failed(`Evaluation of expression '${request.expression}' failed.`);
  }

  #failed(message: string): TaskOutcome {
    this.lines.push(`##[error]${message}`);
    return { result: 'failed', message };
  }

  /** The declared timeouts. Throws if one is not a time span, or longer than Azure DevOps allows. */
  #limits(): readonly Limit[] {
    const events = this.#settings.context.task.execution.HttpRequest.Events ?? {};
    return Object.entries(events).flatMap(([event, { Timeout }]) => {
      if (Timeout === undefined) return [];
      const milliseconds = parseTimeSpan(Timeout);
      if (milliseconds > longest) throw new Error(`${event}: ${Timeout} is more than 72 hours.`);
      return [{ event, text: Timeout, milliseconds }];
    });
  }

  /** Starts to listen for this task's events. */
  #watch() {
    const { plan, taskInstanceId, clock } = this.#settings;
    const seen = new Set<string>();
    let outcome: TaskOutcome | undefined;
    let wake = () => {};
    const end = plan.onEvent((event) => {
      if (event.taskInstanceId !== taskInstanceId) return;
      seen.add(event.name.toLowerCase());
      if (event.result !== undefined) outcome = { result: event.result, message: undefined };
      wake();
    });
    const completed = (limits: readonly Limit[], signal: AbortSignal) =>
      new Promise<TaskOutcome>((resolve) => {
        const timers = limits.map(({ event, text, milliseconds }) =>
          clock.after(milliseconds, () => {
            if (seen.has(event.toLowerCase())) return;
            outcome ??= this.#failed(`${event} did not arrive in time (${text}).`);
            wake();
          }),
        );
        wake = () => {
          if (signal.aborted) outcome ??= { result: 'canceled', message: undefined };
          if (!outcome) return;
          for (const stop of timers) stop();
          signal.removeEventListener('abort', wake);
          resolve(outcome);
        };
        signal.addEventListener('abort', wake);
        wake();
      });
    return { end, completed };
  }
}

function lowered(entries: readonly (readonly [string, string])[]): Record<string, string> {
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value]));
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
