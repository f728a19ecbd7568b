import type { ApiRequest } from '../../../simulators/azure-devops/api-request.ts';
import type { Plan } from '../../../simulators/azure-devops/plan.ts';
import { line } from '../line.ts';
import type { Screen } from '../screen.ts';
import { gutter, StepLog } from '../step-log.ts';

/** Before each call of the handler to Azure DevOps. */
const callGutter = '◂ ';
/** Before each line that the handler appends. */
const stamp = /^\d{4}-\d\d-\d\dT[\d:.]+Z /;

/** The page of a run while it grows: the handler's calls, and the lines of the log. */
export class LiveRun {
  readonly #plan: Plan;
  readonly #screen: Screen;
  readonly #log: StepLog;
  readonly #lines: string[] = [];

  constructor(plan: Plan, screen: Screen) {
    this.#plan = plan;
    this.#screen = screen;
    this.#log = new StepLog(screen.width - gutter.length);
  }

  /** The lines of the log so far. */
  get lines(): readonly string[] {
    return this.#lines;
  }

  /** Shows what a request has changed. */
  show(request: ApiRequest): void {
    const call = callText(request);
    if (call !== undefined) this.#screen.line(line(call, 'faint'), callGutter);
    const all = this.#plan.logs.flatMap(({ lines }) => lines);
    for (const stamped of all.slice(this.#lines.length)) {
      const raw = stamped.replace(stamp, '');
      this.#lines.push(raw);
      const shown = this.#log.read(raw);
      if (shown) this.#screen.line(shown, gutter);
    }
  }
}

interface Sent {
  readonly name?: string;
  readonly result?: string;
  readonly value?: readonly {
    readonly percentComplete?: number;
    readonly currentOperation?: string;
  }[];
}

/** What a call of the handler is for; undefined if that is shown anyway. */
function callText({ operation, values, json }: ApiRequest): string | undefined {
  const { name = '', result, value: [record] = [] } = (json ?? {}) as Sent;
  switch (operation) {
    case 'getPlan':
      return 'Proof: reads the plan of the run, with the token of the job';
    case 'listRecords':
      return 'Proof: reads the records of the run';
    case 'getProject':
      return 'Proof: reads the name of its project';
    case 'createLog':
      return 'Log: created, or found again';
    case 'updateRecords': {
      const { percentComplete: percent, currentOperation: doing } = record ?? {};
      return percent === undefined ? undefined : `Progress: ${percent} %, ${doing}`;
    }
    case 'putAttachment':
      return `Attachment: ${values.name}`;
    case 'postEvent':
      return `Event: ${name}${result === undefined ? '' : `, ${result}`}`;
    default:
      return undefined;
  }
}
