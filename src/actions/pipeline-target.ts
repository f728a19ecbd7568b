import { PipelineError } from '../azure/pipelines/pipeline-error.ts';
import type { Pipelines } from '../azure/pipelines/pipelines.ts';
import { pipelineOf } from '../follow-ups/action-kinds/action-kinds.ts';
import { printPipelineAddress } from '../follow-ups/pipeline-address.ts';
import type { ConfiguredOrganization } from '../azure/http/collection.ts';
import { organizationsNamed } from '../azure/http/organization-name.ts';
import type { ActionOutcome, StoredAction } from './stored-action.ts';
import { readActionBody } from './action-body.ts';
import { ActionError, type ActionTarget } from './action-target.ts';
import { KnownPipelines } from './known-pipelines.ts';
import { actionErrorOf } from './pipeline-failure.ts';
import {
  outcomeOf,
  printRequest,
  readRequest,
  uncheckedRequest,
  unfitFor,
  type RenderedQueueing,
} from './pipeline-request.ts';

/** The options of the target. */
export interface PipelineTargetOptions {
  readonly pipelines: Pipelines;
  /** The currently configured organizations: names never resolve to others. */
  readonly organizations: () => readonly Pick<ConfiguredOrganization, 'url'>[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Queues YAML pipelines and classic builds, and creates classic releases, as the handler's identity. */
export class PipelineTarget implements ActionTarget {
  readonly #options: PipelineTargetOptions;
  readonly #known: KnownPipelines;

  constructor(options: PipelineTargetOptions) {
    this.#options = options;
    this.#known = new KnownPipelines(options.pipelines, options.now);
  }

  async prepare(stored: StoredAction, signal: AbortSignal): Promise<string> {
    const body = readActionBody(stored);
    const { eventKey } = body;
    const action = pipelineOf(body.action);
    if (action === undefined) throw new Error(`${body.action.kind} does not queue a pipeline.`);
    const organization = this.#urlOf(action);
    return meant(async () => {
      const { found, mark } = await this.#known.find({ action, organization, eventKey }, signal);
      const unfit = unfitFor(found.kind, action);
      if (unfit.length > 0) {
        const name = printPipelineAddress(action);
        const message = `Could not queue ${name}: it is a classic pipeline, which takes no ${unfit.join(' and no ')}. Remove that from the rule, or use variables.`;
        throw new ActionError('refused', message);
      }
      const { project } = action;
      const address = { organization, project, pipeline: found.id, kind: found.kind };
      const request = uncheckedRequest(action, address, eventKey);
      const clockOffset = this.#options.pipelines.clockOffset(organization);
      return printRequest({ ...request, mark, clockOffset });
    });
  }

  send(text: string, signal: AbortSignal): Promise<ActionOutcome> {
    const request = readRequest(text);
    return meant(async () => {
      try {
        return outcomeOf(await this.#options.pipelines.queue(request, signal));
      } catch (error) {
        const isGone = error instanceof PipelineError && error.reason === 'unknownPipeline';
        if (isGone) this.#known.forget();
        throw error;
      }
    });
  }

  lookUp(text: string, since: number, signal: AbortSignal): Promise<ActionOutcome | undefined> {
    const request = readRequest(text);
    return meant(async () => {
      const run = await this.#options.pipelines.lookUp(request, since, signal);
      return run && outcomeOf(run);
    });
  }

  #urlOf(action: RenderedQueueing): string {
    const { organization } = action;
    const [found, ...more] = organizationsNamed(this.#options.organizations(), organization);
    if (found !== undefined && more.length === 0) return found.url;
    const name = printPipelineAddress(action);
    const problem =
      found === undefined
        ? `there is no organization ${organization} in \`azureDevOps.organizations\``
        : `${more.length + 1} entries of \`azureDevOps.organizations\` have the name ${organization}`;
    const message = `Could not queue ${name}: ${problem}. Pipelines are queued only in organizations that the handler's configuration lists.`;
    throw new ActionError('refused', message);
  }
}

async function meant<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw actionErrorOf(error);
  }
}
