import { ActionError, type ActionTarget } from '../../actions/action-target.ts';
import {
  outcomeOf,
  printRequest,
  readRequest,
  uncheckedRequest,
  unfitFor,
  wantedBy,
  type RenderedQueueing,
} from '../../actions/pipeline-request.ts';
import type { ActionOutcome, StoredAction } from '../../actions/stored-action.ts';
import { PipelineError } from '../../azure/pipelines/pipeline-error.ts';
import type { Pipelines } from '../../azure/pipelines/pipelines.ts';

/** What to do for which event; the `body` of a step's action. */
export interface StepOrder {
  readonly action: RenderedQueueing;
  /** 15 digits by which its run is found again. */
  readonly eventKey: string;
}

/**
 * Queues pipelines and creates releases with the job's token. A refusal is final at once: the step
 * reports it instead of waiting for a permission.
 */
export class JobTarget implements ActionTarget {
  readonly #pipelines: Pipelines;
  readonly #collection: string;

  constructor(pipelines: Pipelines, collection: string) {
    this.#pipelines = pipelines;
    this.#collection = collection;
  }

  prepare({ body }: StoredAction, signal: AbortSignal): Promise<string> {
    return explained(async () => {
      const { action, eventKey } = JSON.parse(body) as StepOrder;
      const address = { organization: this.#collection, project: action.project };
      const found = await this.#pipelines.find(address, wantedBy(action), signal);
      const unfit = unfitFor(found.kind, action);
      if (unfit.length > 0) throw classic(action.pipeline, unfit);
      const own = { ...address, pipeline: found.id, kind: found.kind };
      const request = uncheckedRequest(action, own, eventKey);
      const { mark } = await this.#pipelines.check(request, signal);
      return printRequest({ ...request, mark });
    });
  }

  send(request: string, signal: AbortSignal): Promise<ActionOutcome> {
    return explained(async () =>
      outcomeOf(await this.#pipelines.queue(readRequest(request), signal)),
    );
  }

  lookUp(request: string, since: number, signal: AbortSignal): Promise<ActionOutcome | undefined> {
    return explained(async () => {
      const run = await this.#pipelines.lookUp(readRequest(request), since, signal);
      return run && outcomeOf(run);
    });
  }
}

async function explained<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error;
    const { kind, message, advice, retryAfter } = error;
    const meaning = kind === 'refused' || kind === 'unclear' ? kind : 'later';
    throw new ActionError(meaning, `${message} ${advice}`, retryAfter);
  }
}

function classic(pipeline: string | number, unfit: readonly string[]): ActionError {
  return new ActionError(
    'refused',
    `Pipeline ${pipeline} is a classic pipeline, which takes no ${unfit.join(' and no ')}. Use variables instead.`,
  );
}
