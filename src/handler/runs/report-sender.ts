import { AzureError } from '../../azure/azure-error.ts';
import type { RecordUpdate, TaskHub } from '../../azure/task-hub.ts';
import { Term } from '../../follow/term.ts';
import type { Clock } from '../../follow/clock.ts';
import type { StoredItem } from '../store/store.ts';
import type { Parcel } from './parcel.ts';
import type { Recorder } from './recorder.ts';
import { RecordLog } from './record-log.ts';
import type { ReportBudget } from './report-budget.ts';
import { channelOf, type Channel } from './report-channel.ts';

export interface ReportSenderPorts {
  readonly clock: Clock;
  readonly budget: ReportBudget;
  /** Each failure, and what was to be told. */
  readonly onFailure: (error: AzureError, what: Channel | 'completed') => void;
  /** What came by this channel is not told, now or ever. */
  readonly onLeftOut: (channel: Channel) => void;
}

/** What is sent by one channel, as one or two calls. */
interface Part {
  readonly channel: Channel;
  readonly items: readonly StoredItem[];
  readonly act: (signal: AbortSignal) => Promise<void>;
}

/** When a call that begins now is of no use any more; local milliseconds. */
export interface SendingTerm {
  readonly until: () => number;
  readonly signal: AbortSignal;
}

/** Sends Azure DevOps everything about a run but its completion. */
export class ReportSender {
  readonly #recorder: Recorder;
  readonly #hub: TaskHub;
  readonly #ports: ReportSenderPorts;
  readonly #log: RecordLog;

  constructor(recorder: Recorder, hub: TaskHub, ports: ReportSenderPorts) {
    this.#recorder = recorder;
    this.#hub = hub;
    this.#ports = ports;
    this.#log = new RecordLog(recorder, hub);
  }

  /**
   * Sends a parcel by its channels; one that fails does not keep the others back. What was told, or
   * is left out, leaves the outbox, and that is stored. Gives what failed and can be tried again.
   * Rejects when the plan is gone, or with the signal's reason.
   */
  async send(
    parcel: Exclude<Parcel, { readonly kind: 'completed' }>,
    term: SendingTerm,
    passed: ReadonlySet<Channel> = new Set(),
  ): Promise<ReadonlyMap<Channel, AzureError>> {
    const failures = new Map<Channel, AzureError>();
    for (const part of this.#partsOf(parcel)) {
      if (passed.has(part.channel)) continue;
      const error = await this.#sendPart(part, term);
      if (error !== undefined) failures.set(part.channel, error);
    }
    await this.#recorder.stored();
    return failures;
  }

  async #sendPart(
    { channel, items, act }: Part,
    { until, signal }: SendingTerm,
  ): Promise<AzureError | undefined> {
    const { clock, budget, onFailure, onLeftOut } = this.#ports;
    const term = new Term(clock, { parent: signal, at: until() });
    try {
      await act(term.signal);
      budget.succeeded(channel);
    } catch (caught) {
      // A part of it may be told: what is read again must not hold that any more.
      await this.#recorder.stored();
      signal.throwIfAborted();
      const error = term.signal.aborted ? cutOff(channel) : caught;
      if (!(error instanceof AzureError)) throw error;
      onFailure(error, channel);
      if (error.failure === 'plan-gone') throw error;
      if (!budget.failed(channel, error)) return error;
      if (items.length > 0) onLeftOut(channel);
    } finally {
      term.end();
    }
    this.#recorder.dequeue(seqsOf(items));
    return undefined;
  }

  #partsOf(parcel: Exclude<Parcel, { readonly kind: 'completed' }>): readonly Part[] {
    const { items } = parcel;
    switch (parcel.kind) {
      case 'started': {
        const { planVersion } = this.#recorder.run.report;
        const act = (signal: AbortSignal) =>
          this.#hub.post({ name: 'TaskStarted' }, planVersion, signal);
        return [{ channel: 'started', items, act }];
      }
      case 'attachment': {
        const act = (signal: AbortSignal) => this.#hub.attach(parcel.attachment, signal);
        return [{ channel: 'attachments', items, act }];
      }
      case 'progress':
        return this.#partsOfProgress(parcel);
    }
  }

  #partsOfProgress({
    items,
    lines,
    update,
    children,
  }: Extract<Parcel, { readonly kind: 'progress' }>): readonly Part[] {
    const of = (channel: Channel) => items.filter(({ item }) => channelOf(item) === channel);
    const log: Part = {
      channel: 'log',
      items: of('log'),
      act: (signal) => this.#log.append(lines, seqsOf(of('log')), signal),
    };
    const records: Part = {
      channel: 'records',
      items: of('records'),
      act: (signal) => this.#updateRecords(update, children, signal),
    };
    return lines.length === 0 ? [records] : [log, records];
  }

  async #updateRecords(
    update: Omit<RecordUpdate, 'id'>,
    children: readonly RecordUpdate[],
    signal: AbortSignal,
  ): Promise<void> {
    const { order, report } = this.#recorder.run;
    const own: RecordUpdate = {
      id: order.address.taskInstanceId,
      ...update,
      // Attached again each time: the page shows what came since (azure-devops.md §2.5).
      ...(report.log === undefined ? {} : { log: { id: report.log.id } }),
    };
    const isEmpty = Object.keys(own).length === 1;
    const isAlone = children.length === 0 || report.isWithoutChildren;
    if (isAlone) return isEmpty ? undefined : this.#hub.updateRecords([own], signal);
    try {
      await this.#hub.updateRecords([own, ...children], signal);
    } catch (error) {
      const failure = error instanceof AzureError ? error.failure : 'unclear';
      if (!refusals.has(failure) || (isEmpty && failure !== 'refused')) throw error;
      // Children are an extra: a server that does not want them must not cost us our own record.
      if (!isEmpty) await this.#hub.updateRecords([own], signal);
      this.#recorder.change({ report: { ...this.#recorder.run.report, isWithoutChildren: true } });
    }
  }
}

const refusals: ReadonlySet<AzureError['failure']> = new Set(['refused', 'forbidden', 'not-found']);

function cutOff(channel: Channel): AzureError {
  const reason = 'there was no answer in the time that was left for it';
  return new AzureError(channel, reason, { failure: 'unclear' });
}

function seqsOf(items: readonly StoredItem[]): readonly number[] {
  return items.map(({ seq }) => seq);
}
