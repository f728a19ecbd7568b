import { isoTime } from '../../../text/iso-time.ts';
import { logLine } from '../../../text/foreign-text.ts';
import { eventReportOf, outputsWithout, type EventOutputs } from '../../follow-ups/event-report.ts';
import type { ClaimAnswer } from '../../follow-ups/event-claims.ts';
import type { ClaimSpec } from '../../run.ts';
import type { ReportItem } from '../../store/store.ts';
import { OutboxLog } from '../outbox/outbox-log.ts';
import type { RunUnitOfWork } from '../record/run-unit-of-work.ts';
import type { RunPorts } from '../run-ports.ts';

/** What a claiming needs of the outside. */
export type ClaimingPorts = Pick<RunPorts, 'claims' | 'clock'>;

/** The type by which Azure Pipelines knows a Markdown section of a run's page. */
const summaryAttachment = 'DistributedTask.Core.Summary';

/** A proven run that asks for its event: from there to how its task ends. */
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
   * Asks, and resolves when the answer is stored together with what tells it. After a crash between
   * the claim and that, the same run asks again and is told the same.
   */
  async claim(): Promise<void> {
    const { claims } = this.#ports;
    if (this.#unitOfWork.run.isCanceled) this.#fail('canceled', canceledEarly);
    else this.#end(await this.#unitOfWork.insist(() => claims.claim(this.#proven())));
    await this.#unitOfWork.stored();
  }

  /** With what was proven of it meanwhile. */
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

const canceledEarly = 'The run was canceled before it was handed its event';

function takenBy(run: string, at: string): string {
  return `The event was handed out to another run before: ${run} (${at}). This run ends, so that nothing is done twice. To do it again, run that one again, or redeliver the event on the handler's status page.`;
}

/** The same whether there is none or it is somebody else's. */
function unknownEvent(eventKey: string): string {
  return `There is no event ${eventKey} for runs of this project. Only the handler that queued a run knows its event: check that the connection is to that handler, that the rule names this organization and project (by its ID where the job's token cannot read the name), and that the event is not so old that the handler has removed it.`;
}
