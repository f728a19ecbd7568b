import { ActionError, type ActionTarget } from '../../actions/action-target.ts';
import {
  outcomeOf,
  printRequest,
  readRequest,
  uncheckedRequest,
  unfitFor,
} from '../../actions/pipeline-request.ts';
import type { ActionOutcome, StoredAction } from '../../actions/stored-action.ts';
import { PipelineError } from '../../azure/pipelines/pipeline-error.ts';
import type { Pipelines } from '../../azure/pipelines/pipelines.ts';
import type { RenderedAction } from '../../follow-ups/follow-up.ts';

/** What to do for which event; the `body` of a step's action. */
export interface StepOrder {
  readonly action: RenderedAction;
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
      if (action.kind === 'postWebHook') throw new Error('An input cannot post a webhook.');
      const { project, pipeline: reference } = action;
      const address = { organization: this.#collection, project };
      const kind = action.kind === 'createRelease' ? 'release' : 'pipeline';
      const found = await this.#pipelines.find(address, { kind, reference }, signal);
      const unfit = unfitFor(found.kind, action);
      if (unfit.length > 0) throw classic(reference, unfit);
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
