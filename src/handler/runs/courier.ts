import { AzureError } from '../../azure/azure-error.ts';
import type { RecordUpdate, TaskHub, TaskHubResult } from '../../azure/task-hub.ts';
import { Alarm } from '../../follow/alarm.ts';
import type { Clock } from '../../follow/clock.ts';
import type { StoredItem } from '../store/store.ts';
import { nextParcel, type Parcel } from './parcel.ts';
import type { OnReturn, Patience } from './patience.ts';
import type { Recorder } from './recorder.ts';
import { RecordLog } from './record-log.ts';
import type { NextTry } from './tries.ts';

/**
 * What became of telling a run: all was told; the plan is over, so that nobody listens; or the token
 * was at its end before Azure DevOps could be reached.
 */
export type Delivery = 'told' | 'gone' | 'late';

export interface CourierPorts {
  /** What is still to be told: the first items, in their order. */
  readonly items: (limit: number) => Promise<readonly StoredItem[]>;
  readonly clock: Clock;
  readonly patience: Patience;
  readonly onReturn: OnReturn;
  /** What is known of a try of the task after this one. */
  readonly nextTry: () => Promise<NextTry>;
  /** Each failure, and what was to be told. */
  readonly onFailure: (error: AzureError, what: Parcel['kind']) => void;
}

/** Milliseconds between two messages about a run that is under way: each costs calls. */
const pace = 2_000;
const mostItems = 1_000;
/**
 * After a failure Azure DevOps may try the task again, and its record is open once more. Until a try
 * has come to us, milliseconds; and until one has proven itself that has come.
 */
const nextTry = { comes: 5_000, provesItself: 60_000, lookEvery: 250 };

/**
 * Tells Azure DevOps what a run's outbox holds, in its order, until the completion is told. What it
 * cannot tell now it tells later: only a plan that is over, or a token at its end, ends that.
 */
export class Courier {
  readonly #recorder: Recorder;
  readonly #hub: TaskHub;
  readonly #ports: CourierPorts;
  readonly #log: RecordLog;
  readonly #news: Alarm;
  #isIdle = false;

  constructor(recorder: Recorder, hub: TaskHub, ports: CourierPorts) {
    this.#recorder = recorder;
    this.#hub = hub;
    this.#ports = ports;
    this.#log = new RecordLog(recorder, hub);
    this.#news = new Alarm(ports.clock);
  }

  /** Everything is told that there is to tell so far. */
  get isIdle(): boolean {
    return this.#isIdle;
  }

  /** There is more to tell. */
  ring(): void {
    this.#isIdle = false;
    this.#news.ring();
  }

  /** Resolves when the run is told to the end, or cannot be; never after the signal aborted. */
  async deliver(signal: AbortSignal): Promise<Delivery> {
    const { items, clock, patience, onReturn } = this.#ports;
    const { tokenExpiresAt } = this.#recorder.run;
    let notBefore = -Infinity;
    for (;;) {
      await patience.wait(onReturn, tokenExpiresAt, signal);
      signal.throwIfAborted();
      if (clock.now() >= tokenExpiresAt) return 'late';
      const parcel = nextParcel(await items(mostItems));
      this.#isIdle = parcel === undefined;
      const due = parcel?.isUrgent === true ? -Infinity : notBefore;
      if (parcel === undefined || clock.now() < due) {
        await this.#pause(parcel === undefined ? Infinity : due, signal);
        continue;
      }
      try {
        await this.#send(parcel, signal);
        // It stays until the run's end is stored: a process that dies before that asks again.
        if (parcel.kind === 'completed') return 'told';
        this.#recorder.dequeue(seqsOf(parcel.items));
        await this.#recorder.stored();
        patience.succeeded();
        notBefore = clock.now() + pace;
      } catch (error) {
        // A part of it may be told: what is read again must not hold that any more.
        await this.#recorder.stored();
        signal.throwIfAborted();
        if (!(error instanceof AzureError)) throw error;
        this.#ports.onFailure(error, parcel.kind);
        if (error.failure === 'plan-gone') return 'gone';
        patience.failed(error);
      }
    }
  }

  /** News end it, since they may be urgent. */
  async #pause(until: number, signal: AbortSignal): Promise<void> {
    const { tokenExpiresAt } = this.#recorder.run;
    await this.#news.wait(Math.min(until, tokenExpiresAt) - this.#ports.clock.now(), signal);
  }

  async #send(parcel: Parcel, signal: AbortSignal): Promise<void> {
    switch (parcel.kind) {
      case 'started':
        return this.#optional(parcel.kind, () =>
          this.#hub.post({ name: 'TaskStarted' }, this.#planVersion, signal),
        );
      case 'progress':
        return this.#sendProgress(parcel, signal);
      case 'attachment':
        return this.#optional(parcel.kind, () => this.#hub.attach(parcel.attachment, signal));
      case 'completed':
        return this.#complete(parcel.result, signal);
    }
  }

  get #planVersion(): number | undefined {
    return this.#recorder.run.report.planVersion;
  }

  async #sendProgress(
    parcel: Extract<Parcel, { kind: 'progress' }>,
    signal: AbortSignal,
  ): Promise<void> {
    if (parcel.lines.length > 0) {
      const seqs = seqsOf(parcel.items.filter(({ item }) => item.kind === 'lines'));
      await this.#optional('progress', () => this.#log.append(parcel.lines, seqs, signal));
    }
    const { order, report } = this.#recorder.run;
    const own: RecordUpdate = {
      id: order.address.taskInstanceId,
      ...parcel.update,
      // Attached again each time: the page shows what came since (azure-devops.md §2.5).
      ...(report.log === undefined ? {} : { log: { id: report.log.id } }),
    };
    await this.#update(own, parcel.children, signal);
  }

  async #update(
    own: RecordUpdate,
    children: readonly RecordUpdate[],
    signal: AbortSignal,
  ): Promise<void> {
    const isAlone = children.length === 0 || this.#recorder.run.report.isWithoutChildren;
    if (isAlone && Object.keys(own).length === 1) return;
    if (isAlone) return this.#optional('progress', () => this.#hub.updateRecords([own], signal));
    try {
      await this.#hub.updateRecords([own, ...children], signal);
    } catch (error) {
      if (!(error instanceof AzureError && isRefusal(error))) throw error;
      // Children are an extra: a server that does not want them must not cost us our own record.
      const { report } = this.#recorder.run;
      this.#recorder.change({ report: { ...report, isWithoutChildren: true } });
      await this.#optional('progress', () => this.#hub.updateRecords([own], signal));
    }
  }

  /** What a person would like to see must not keep the run from its end. */
  async #optional(what: Parcel['kind'], send: () => Promise<void>): Promise<void> {
    try {
      await send();
    } catch (error) {
      if (!(error instanceof AzureError && isRefusal(error))) throw error;
      this.#ports.onFailure(error, what);
    }
  }

  /**
   * The completion, once: before it is sent again, the record is asked whether it arrived
   * (azure-devops.md §12.9).
   */
  async #complete(result: TaskHubResult, signal: AbortSignal): Promise<void> {
    const { report } = this.#recorder.run;
    if (report.isCompleting) {
      if (await this.#hasArrived(result, signal)) return;
    } else {
      this.#recorder.change({ report: { ...report, isCompleting: true } });
      await this.#recorder.stored();
    }
    try {
      await this.#hub.post({ name: 'TaskCompleted', result }, this.#planVersion, signal);
    } catch (error) {
      const plain = plainer[result];
      if (!(error instanceof AzureError && error.failure === 'refused') || plain === undefined) {
        throw error;
      }
      await this.#hub.post({ name: 'TaskCompleted', result: plain }, this.#planVersion, signal);
    }
  }

  /** Whether a completion that may have been sent was. */
  async #hasArrived(result: TaskHubResult, signal: AbortSignal): Promise<boolean> {
    const { clock, nextTry: ask } = this.#ports;
    if (await this.#isCompleted(signal)) return true;
    if (result !== 'failed') return false;
    const began = clock.now();
    for (;;) {
      signal.throwIfAborted();
      const next = await ask();
      // To send it again would end the next try.
      if (next === 'proven') return true;
      const patience = next === 'none' ? nextTry.comes : nextTry.provesItself;
      if (clock.now() - began >= patience) return this.#isCompleted(signal);
      await clock.sleep(nextTry.lookEvery, signal);
    }
  }

  async #isCompleted(signal: AbortSignal): Promise<boolean> {
    try {
      const records = await this.#hub.records(signal);
      const own = this.#recorder.run.order.address.taskInstanceId.toLowerCase();
      return records.some(({ id, state }) => id.toLowerCase() === own && state === 'completed');
    } catch (error) {
      // A completion was sent, and the plan is over: that is what a completion does.
      if (error instanceof AzureError && error.failure === 'plan-gone') return true;
      throw error;
    }
  }
}

/** Only these two are promised for callbacks (azure-devops.md §2.2, §12.13). */
const plainer: Partial<Record<TaskHubResult, TaskHubResult>> = {
  canceled: 'failed',
  succeededWithIssues: 'succeeded',
};

function isRefusal({ failure }: AzureError): boolean {
  return failure === 'refused' || failure === 'forbidden' || failure === 'not-found';
}

function seqsOf(items: readonly StoredItem[]): readonly number[] {
  return items.map(({ seq }) => seq);
}
