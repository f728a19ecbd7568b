import { isoTime } from '../../../text/iso-time.ts';
import { logLine } from '../../../text/foreign-text.ts';
import { eventReportOf, outputsWithout, type EventOutputs } from '../../follow-ups/event-report.ts';
import type { ClaimAnswer } from '../../follow-ups/event-claims.ts';
import type { ClaimSpec } from '../../run.ts';
import type { ReportItem } from '../../store/store.ts';
import { OutboxLog } from '../outbox/outbox-log.ts';
import type { RunUnitOfWork } from '../record/run-unit-of-work.ts';
import type { RunPorts } from '../run-ports.ts';

/** What a claim needs from outside. */
export type ClaimingPorts = Pick<RunPorts, 'claims' | 'clock'>;

/** Azure Pipelines shows attachments of this type as Markdown sections of the run's page. */
const summaryAttachment = 'DistributedTask.Core.Summary';

/** A proven run that claims its event, until its task ends. */
export class Claiming {
  readonly #spec: ClaimSpec;
  readonly #unitOfWork: RunUnitOfWork;
  readonly #ports: ClaimingPorts;
  readonly #log: OutboxLog;

  constructor(spec: ClaimSpec, unitOfWork: RunUnitOfWork, ports: ClaimingPorts) {
    this.#spec = spec;
    this.#unitOfWork = unitOfWork;
    this.#ports = ports;
    this.#log = new OutboxLog(unitOfWork, ports.clock);
  }

  /**
   * Claims the event. Resolves when the answer is stored together with its reports. After a crash in between,
   * the same run claims again and gets the same answer.
   */
  async claim(): Promise<void> {
    const { claims } = this.#ports;
    if (this.#unitOfWork.run.isCanceled) this.#fail('canceled', canceledEarly);
    else this.#end(await this.#unitOfWork.insist(() => claims.claim(this.#proven())));
    await this.#unitOfWork.stored();
  }

  /** The spec, with what was proven since. */
  #proven(): ClaimSpec {
    const { spec } = this.#unitOfWork.run;
    return spec.kind === 'claim' ? spec : this.#spec;
  }

  #end(answer: ClaimAnswer): void {
    switch (answer.kind) {
      case 'claimed': {
        const { headline, lines, summary, outputs } = eventReportOf(answer.body);
        this.#log.lines(lines);
        const name = `Argo CD event ${this.#spec.eventKey}`;
        return this.#conclude('succeeded', headline, outputs, {
          kind: 'attachment',
          attachment: { type: summaryAttachment, name, text: summary },
        });
      }
      case 'taken': {
        const { name, page, at } = answer.by;
        const run = [name, page].filter(Boolean).join(', ') || 'another run';
        return this.#fail('failed', takenBy(run, isoTime(at) ?? ''));
      }
      case 'unknown':
        return this.#fail('failed', unknownEvent(this.#spec.eventKey));
    }
  }

  #fail(outcome: 'failed' | 'canceled', text: string): void {
    const message = logLine(text, 1_000);
    this.#log.issue(outcome === 'failed' ? 'error' : 'warning', message);
    this.#conclude(outcome, message, outputsWithout(message));
  }

  #conclude(
    outcome: 'succeeded' | 'failed' | 'canceled',
    message: string,
    variables: EventOutputs,
    ...items: readonly ReportItem[]
  ): void {
    const { report } = this.#unitOfWork.run;
    const endingSince = this.#ports.clock.now();
    this.#unitOfWork.change({
      ...{ state: 'reporting', outcome, message },
      report: { ...report, endingSince },
    });
    this.#unitOfWork.enqueue(
      { kind: 'record', update: { currentOperation: message, variables } },
      ...items,
      { kind: 'completed', result: outcome },
    );
  }
}

const canceledEarly = 'The run was canceled before it received its event';

function takenBy(run: string, at: string): string {
  return `Another run has already received this event: ${run} (${at}). This run ends, so that nothing happens twice. To repeat it, rerun that one, or redeliver the event on the handler's status page.`;
}

/** The same whether the event does not exist or belongs to somebody else. */
function unknownEvent(eventKey: string): string {
  return `No event ${eventKey} for runs of this project. Only the handler that queued a run knows its event: check that the connection leads to that handler, that the rule names this organization and project (by its ID if the job's token cannot read the name), and that the event is not so old that the handler has removed it.`;
}
