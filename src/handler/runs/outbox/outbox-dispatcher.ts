import { AzureError } from '../../../azure/http/azure-error.ts';
import type { TaskHub, TaskHubResult } from '../../../azure/task-hub/task-hub.ts';
import { Wakeup } from '../../../async/wakeup.ts';
import { noLongerNeeded, type Clock } from '../../../async/clock.ts';
import { Completion } from './completion.ts';
import { nextBatch } from './dispatch-batch.ts';
import { mostItems, OpenItems, type ReadItems } from './open-items.ts';
import type { OnReturn, RetryBackoff } from '../retry-backoff.ts';
import type { RunUnitOfWork } from '../record/run-unit-of-work.ts';
import { callUntil, optionalUntil, roundUntil, type ReportBudget } from './report-budget.ts';
import { channels, type ReportChannel } from './report-channel.ts';
import { ReportSender } from './report-sender.ts';
import { OutboxLog } from './outbox-log.ts';
import { SendingTerm } from './sending-term.ts';
import type { NextTry } from '../verification/tries.ts';

/**
 * The result of delivery: everything was delivered; a newer try of the task reports instead; the
 * plan is over, so nothing listens; the token is refused; or it expired before Azure DevOps could
 * be reached.
 */
export type Delivery = 'told' | 'replaced' | 'gone' | 'refused' | 'late';

/** What an outbox dispatcher needs besides the task hub, and callbacks for failures. */
export interface DispatcherPorts {
  readonly items: ReadItems;
  readonly clock: Clock;
  readonly retryBackoff: RetryBackoff;
  readonly budget: ReportBudget;
  readonly onReturn: OnReturn;
  /** What is known of a try of the task after this one. */
  readonly nextTry: () => Promise<NextTry>;
  /** Each failure, and what was to be sent. */
  readonly onFailure: (error: AzureError, what: ReportChannel | 'completed') => void;
  /** What is dropped. */
  readonly onLeftOut: (channel: ReportChannel) => void;
}

/** Milliseconds between two deliveries for an active run: each costs calls. */
const pace = 2_000;
/** How long a token that is refused before the run's deadline is retried, in milliseconds. */
const longestRefusal = 10 * 60_000;

/**
 * Delivers a run's outbox to Azure DevOps in order, the completion last. What cannot be delivered
 * now is retried: only a newer try, a plan that is over, or an expired token ends that. Cosmetic
 * reports delay the completion only for a limited time.
 *
 * States:
 * - under way: sends a batch, pauses for `pace`, is idle while the outbox is empty, backs off after
 *   a failure. → ending, when the completion is in the outbox; → over, `late` or `gone`
 * - ending: each round tries once to send what is left, then the completion if it need not wait. →
 *   over
 * - over: `deliver` has resolved with a `Delivery`, or its signal aborted
 */
export class OutboxDispatcher {
  readonly #unitOfWork: RunUnitOfWork;
  readonly #ports: DispatcherPorts;
  readonly #sender: ReportSender;
  readonly #completion: Completion;
  readonly #wakeup: Wakeup;
  /** Aborts when the run's end is known, which shortens waits. */
  readonly #ending = new AbortController();
  #notBefore = -Infinity;
  #isIdle = false;

  constructor(unitOfWork: RunUnitOfWork, hub: TaskHub, ports: DispatcherPorts) {
    this.#unitOfWork = unitOfWork;
    this.#ports = ports;
    this.#sender = new ReportSender(unitOfWork, hub, {
      ...ports,
      onLeftOut: (channel) => this.#leaveOut(channel),
    });
    this.#completion = new Completion(unitOfWork, hub, ports);
    this.#wakeup = new Wakeup(ports.clock);
    if (unitOfWork.run.state === 'reporting') this.#ending.abort(noLongerNeeded);
  }

  /** Everything so far has been delivered. */
  get isIdle(): boolean {
    return this.#isIdle;
  }

  /** There is more to deliver; `isEnd`: nothing follows. */
  wake(isEnd: boolean): void {
    this.#isIdle = false;
    if (isEnd) this.#ending.abort(noLongerNeeded);
    this.#wakeup.wake();
  }

  /** Sends now what only waits for the pace. */
  hurry(): void {
    if (this.#isIdle || this.#notBefore === -Infinity) return;
    this.#notBefore = -Infinity;
    this.#wakeup.wake();
  }

  /** Resolves when the run is fully reported, or cannot be; never after the signal aborted. */
  async deliver(signal: AbortSignal): Promise<Delivery> {
    const { clock } = this.#ports;
    const { tokenExpiresAt } = this.#unitOfWork.run;
    const underWay = AbortSignal.any([signal, this.#ending.signal]);
    const term = new SendingTerm(clock, () => tokenExpiresAt, signal);
    try {
      for (;;) {
        await this.#waitForTurn(signal, underWay);
        signal.throwIfAborted();
        if (clock.now() >= tokenExpiresAt) return 'late';
        if (!this.#ending.signal.aborted) await this.#goOn(signal, term);
        else {
          const delivery = await this.#tellEnd(signal);
          if (delivery !== undefined) return delivery;
        }
      }
    } catch (error) {
      if (error instanceof AzureError && error.failure === 'plan-gone') return 'gone';
      throw error;
    } finally {
      term.end();
    }
  }

  /** Until Azure DevOps may be called again; or until there is no time left for what is optional. */
  async #waitForTurn(signal: AbortSignal, underWay: AbortSignal): Promise<void> {
    const { retryBackoff, onReturn, budget } = this.#ports;
    const { tokenExpiresAt } = this.#unitOfWork.run;
    const ending = this.#ending.signal;
    if (!ending.aborted) await retryBackoff.wait(onReturn, tokenExpiresAt, underWay);
    if (!ending.aborted) return;
    const until = budget.isCompletionAwaited ? Infinity : this.#optionalUntil();
    await retryBackoff.wait(onReturn, Math.min(until, tokenExpiresAt), signal);
  }

  /** Under way: delivers what there is, at its pace. */
  async #goOn(signal: AbortSignal, term: SendingTerm): Promise<void> {
    const { clock, items, retryBackoff } = this.#ports;
    const present = await items(mostItems, 0);
    if (present.some(({ item }) => item.kind === 'completed'))
      return this.#ending.abort(noLongerNeeded);
    const batch = nextBatch(present);
    this.#isIdle = batch === undefined;
    const due = batch?.isUrgent === true ? -Infinity : this.#notBefore;
    if (batch === undefined || batch.kind === 'completed' || clock.now() < due) {
      return this.#pause(batch === undefined ? Infinity : due, signal);
    }
    const failures = await this.#sender.send(batch, term);
    const [failure] = failures.values();
    if (failure !== undefined) return retryBackoff.failed(failure);
    retryBackoff.succeeded();
    this.#notBefore = clock.now() + pace;
  }

  /** New items end it, since they may be urgent. */
  async #pause(until: number, signal: AbortSignal): Promise<void> {
    const { tokenExpiresAt } = this.#unitOfWork.run;
    await this.#wakeup.wait(Math.min(until, tokenExpiresAt) - this.#ports.clock.now(), signal);
  }

  /** One round: everything that is left is tried once, then the completion if it need not wait. */
  async #tellEnd(signal: AbortSignal): Promise<Delivery | undefined> {
    const { clock, retryBackoff, budget, nextTry, onFailure } = this.#ports;
    budget.beginEnd();
    const optionalEnd = this.#optionalUntil();
    const until = roundUntil(clock.now(), optionalEnd);
    // The server has asked for a longer wait than there is time for it.
    const passed = new Set<ReportChannel>(retryBackoff.isHeld ? channels : []);
    const share = () => callUntil(clock.now(), until, channels.length - passed.size);
    const term = new SendingTerm(clock, share, signal);
    const outbox = new OpenItems(this.#ports.items);
    let failure: AzureError | undefined;
    try {
      if (this.#unitOfWork.run.report.isCompleting) {
        const arrival = await this.#completion.arrival(await this.#result(), signal);
        if (arrival !== 'missing') return arrival === 'arrived' ? 'told' : 'replaced';
      }
      for (;;) {
        if ((await nextTry()) === 'proven') return 'replaced';
        if (clock.now() >= until) for (const channel of channels) passed.add(channel);
        const { batch, left } = await outbox.next(passed);
        if (batch.kind !== 'completed') {
          const failures = await this.#sender.send(batch, term, passed);
          for (const [channel, error] of failures) {
            passed.add(channel);
            failure = error;
          }
          continue;
        }
        const isWorthAWait = [...left].some((channel) => !budget.isSpent(channel));
        if (failure !== undefined && isWorthAWait && clock.now() < optionalEnd) {
          budget.isCompletionAwaited = false;
          retryBackoff.failed(failure);
          return undefined;
        }
        // The log says so, if it can be written.
        if (!passed.has('log') && this.#sayLeftOut(left)) {
          await this.#unitOfWork.stored();
          continue;
        }
        await this.#completion.send(batch.result, signal);
        for (const channel of left) this.#ports.onLeftOut(channel);
        return 'told';
      }
    } catch (error) {
      await this.#unitOfWork.stored();
      signal.throwIfAborted();
      if (!(error instanceof AzureError) || error.failure === 'plan-gone') throw error;
      onFailure(error, 'completed');
      budget.isCompletionAwaited = true;
      retryBackoff.failed(error);
      return this.#isRefused() ? 'refused' : undefined;
    } finally {
      term.end();
    }
  }

  /** Whether the token has been refused for so long that the report cannot arrive in time. */
  #isRefused(): boolean {
    const { retryBackoff, clock } = this.#ports;
    const { deadline } = this.#unitOfWork.run;
    const isLate = clock.now() >= deadline || retryBackoff.tokenRefusedFor >= longestRefusal;
    return retryBackoff.isTokenRefused && isLate;
  }

  /** How the run is completed. */
  async #result(): Promise<TaskHubResult> {
    const { batch } = await new OpenItems(this.#ports.items).next(new Set(channels));
    if (batch.kind !== 'completed') throw new Error('The outbox holds no completion.');
    return batch.result;
  }

  /** Until when the completion may wait for the rest; counted from what is stored. */
  #optionalUntil(): number {
    const { report, deadline, tokenExpiresAt } = this.#unitOfWork.run;
    const { endingSince = this.#ports.clock.now() } = report;
    if (report.endingSince === undefined) {
      this.#unitOfWork.change({ report: { ...report, endingSince } });
    }
    return optionalUntil(endingSince, Math.min(deadline, tokenExpiresAt));
  }

  #leaveOut(channel: ReportChannel): void {
    this.#ports.onLeftOut(channel);
    if (channel !== 'log' || !this.#ending.signal.aborted) this.#sayLeftOut(new Set([channel]));
  }

  /** Makes the log say what is left out, once for each kind. False where it already does. */
  #sayLeftOut(left: ReadonlySet<ReportChannel>): boolean {
    const { report } = this.#unitOfWork.run;
    const { leftOut = [] } = report;
    const fresh = [...left].filter((channel) => channel in words && !leftOut.includes(channel));
    if (fresh.length === 0) return false;
    this.#unitOfWork.change({ report: { ...report, leftOut: [...leftOut, ...fresh] } });
    const what = fresh.map((channel) => words[channel]).join(', and ');
    const text = `Azure DevOps did not accept ${what}. See the handler's log.`;
    new OutboxLog(this.#unitOfWork, this.#ports.clock).line(`##[warning]${text}`);
    return true;
  }
}

/** What readers of the log would miss; the start of the task is not among it. */
const words: Partial<Readonly<Record<ReportChannel, string>>> = {
  log: 'some lines of this log',
  records: 'progress, issues or output variables',
  attachments: 'the summary or the result file',
};
