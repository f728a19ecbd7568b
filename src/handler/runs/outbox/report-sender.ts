import { AzureError } from '../../../azure/http/azure-error.ts';
import type { RecordUpdate, TaskHub } from '../../../azure/task-hub/task-hub.ts';
import type { StoredItem } from '../../store/store.ts';
import type { DispatchBatch } from './dispatch-batch.ts';
import type { RunUnitOfWork } from '../record/run-unit-of-work.ts';
import type { SendingTerm } from './sending-term.ts';
import { TimelineRecordLog } from './timeline-record-log.ts';
import type { ReportBudget } from './report-budget.ts';
import { channelOf, type ReportChannel } from './report-channel.ts';

/** What sending a dispatch batch needs besides the task hub, and callbacks for failures. */
export interface ReportSenderPorts {
  readonly budget: ReportBudget;
  /** Each failure, and what was to be sent. */
  readonly onFailure: (error: AzureError, what: ReportChannel | 'completed') => void;
  /** Items of this channel are dropped. */
  readonly onLeftOut: (channel: ReportChannel) => void;
}

/** What one channel sends, in one or two calls. */
interface Part {
  readonly channel: ReportChannel;
  readonly items: readonly StoredItem[];
  readonly act: (signal: AbortSignal) => Promise<void>;
}

/** Sends Azure DevOps everything about a run but its completion. */
export class ReportSender {
  readonly #unitOfWork: RunUnitOfWork;
  readonly #hub: TaskHub;
  readonly #ports: ReportSenderPorts;
  readonly #log: TimelineRecordLog;

  constructor(unitOfWork: RunUnitOfWork, hub: TaskHub, ports: ReportSenderPorts) {
    this.#unitOfWork = unitOfWork;
    this.#hub = hub;
    this.#ports = ports;
    this.#log = new TimelineRecordLog(unitOfWork, hub);
  }

  /**
   * Sends a batch through its channels; one that fails does not block the others. What was
   * delivered or dropped leaves the outbox, which is stored. Returns what failed and can be
   * retried. Rejects when the plan is gone, or with the signal's reason.
   */
  async send(
    batch: Exclude<DispatchBatch, { readonly kind: 'completed' }>,
    term: SendingTerm,
    passed: ReadonlySet<ReportChannel> = new Set(),
  ): Promise<ReadonlyMap<ReportChannel, AzureError>> {
    const failures = new Map<ReportChannel, AzureError>();
    for (const part of this.#partsOf(batch)) {
      if (passed.has(part.channel)) continue;
      const error = await this.#sendPart(part, term);
      if (error !== undefined) failures.set(part.channel, error);
    }
    await this.#unitOfWork.stored();
    return failures;
  }

  async #sendPart(
    { channel, items, act }: Part,
    term: SendingTerm,
  ): Promise<AzureError | undefined> {
    const { budget, onFailure, onLeftOut } = this.#ports;
    const signal = term.begin();
    try {
      await act(signal);
      budget.succeeded(channel);
      // What is in the log has left the outbox with the count of its lines.
      if (channel === 'log') return undefined;
    } catch (caught) {
      // A part of it may have been delivered: the next read must not contain that.
      await this.#unitOfWork.stored();
      term.throwIfAborted();
      const error = signal.aborted ? cutOff(channel) : caught;
      if (!(error instanceof AzureError)) throw error;
      onFailure(error, channel);
      if (error.failure === 'plan-gone') throw error;
      if (!budget.failed(channel, error)) return error;
      if (items.length > 0) onLeftOut(channel);
    }
    this.#unitOfWork.dequeue(seqsOf(items));
    return undefined;
  }

  #partsOf(batch: Exclude<DispatchBatch, { readonly kind: 'completed' }>): readonly Part[] {
    const { items } = batch;
    switch (batch.kind) {
      case 'started': {
        const { planVersion } = this.#unitOfWork.run.report;
        const act = (signal: AbortSignal) =>
          this.#hub.post({ name: 'TaskStarted' }, planVersion, signal);
        return [{ channel: 'started', items, act }];
      }
      case 'attachment': {
        const act = (signal: AbortSignal) => this.#hub.attach(batch.attachment, signal);
        return [{ channel: 'attachments', items, act }];
      }
      case 'progress':
        return this.#partsOfProgress(batch);
    }
  }

  #partsOfProgress({
    items,
    lines,
    update,
    children,
  }: Extract<DispatchBatch, { readonly kind: 'progress' }>): readonly Part[] {
    const of = (channel: ReportChannel) => items.filter(({ item }) => channelOf(item) === channel);
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
    const { spec, report } = this.#unitOfWork.run;
    const own: RecordUpdate = {
      id: spec.address.taskInstanceId,
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
      // Child records are optional: a server that rejects them must not cost us our own record.
      if (!isEmpty) await this.#hub.updateRecords([own], signal);
      this.#unitOfWork.change({
        report: { ...this.#unitOfWork.run.report, isWithoutChildren: true },
      });
    }
  }
}

const refusals: ReadonlySet<AzureError['failure']> = new Set(['refused', 'forbidden', 'not-found']);

function cutOff(channel: ReportChannel): AzureError {
  const reason = 'there was no response in the time left for it';
  return new AzureError(channel, reason, { failure: 'unclear' });
}

function seqsOf(items: readonly StoredItem[]): readonly number[] {
  return items.map(({ seq }) => seq);
}
