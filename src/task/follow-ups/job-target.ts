import { ActionError, type ActionTarget } from '../../actions/action-target.ts';
import type { ActionOutcome, StoredAction } from '../../actions/stored-action.ts';
import { PipelineError } from '../../azure/pipelines/pipeline-error.ts';
import type {
  FoundPipeline,
  PipelineRun,
  Pipelines,
  ProjectAddress,
  QueueRequest,
  RunReference,
  UncheckedRequest,
} from '../../azure/pipelines/pipelines.ts';
import type { RenderedAction, RenderedRelease, RenderedRun } from '../../follow-ups/follow-up.ts';

/** What is to be done for which event; the `body` of a step's action. */
export interface StepOrder {
  readonly action: RenderedAction;
  /** 15 digits, by which its run is found again. */
  readonly eventKey: string;
}

/**
 * Queues pipelines and creates releases with the job's token. What is refused is refused at once: a
 * person who watches the step is told sooner than somebody could grant it.
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
      if (action.kind === 'postWebHook') throw new Error('No input posts a web hook.');
      const { project, pipeline: reference } = action;
      const address = { organization: this.#collection, project };
      const kind = action.kind === 'createRelease' ? 'release' : 'pipeline';
      const found = await this.#pipelines.find(address, { kind, reference }, signal);
      const request = requestOf(found, address, action, eventKey);
      const { mark } = await this.#pipelines.check(request, signal);
      return JSON.stringify({ ...request, mark });
    });
  }

  send(request: string, signal: AbortSignal): Promise<ActionOutcome> {
    return explained(async () => outcomeOf(await this.#pipelines.queue(read(request), signal)));
  }

  lookUp(request: string, since: number, signal: AbortSignal): Promise<ActionOutcome | undefined> {
    return explained(async () => {
      const run = await this.#pipelines.lookUp(read(request), since, signal);
      return run && outcomeOf(run);
    });
  }
}

/** The run that a request has queued. */
export function runOf(request: string, { id }: ActionOutcome): RunReference {
  const asked = read(request);
  const { kind, organization, project } = asked;
  const stage = asked.kind === 'release' ? asked.stage : undefined;
  return { kind, organization, project, id, ...(stage === undefined ? {} : { stage }) };
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

function requestOf(
  { kind, id: pipeline }: FoundPipeline,
  address: ProjectAddress,
  action: RenderedRun | RenderedRelease,
  eventKey: string,
): UncheckedRequest {
  const common = { ...address, pipeline, eventKey, variables: action.variables };
  if (action.kind === 'createRelease') {
    const { artifacts, description, stage } = action;
    return {
      ...{ kind: 'release', ...common, artifacts },
      ...(description === undefined ? {} : { description }),
      ...(stage === undefined ? {} : { stage }),
    };
  }
  const { ref, commit, parameters, pipelineResources, stagesToSkip } = action;
  const source = {
    ...(ref === undefined ? {} : { ref }),
    ...(commit === undefined ? {} : { commit }),
  };
  const own = { parameters, pipelineResources, stagesToSkip };
  if (kind === 'yaml') return { kind, ...common, ...source, ...own };
  const idle = Object.entries(own).flatMap(([name, value]) =>
    Object.keys(value).length > 0 ? [name] : [],
  );
  if (idle.length === 0) return { kind: 'build', ...common, ...source };
  throw new ActionError(
    'refused',
    `Pipeline ${pipeline} is a classic one, which takes no ${idle.join(' and no ')}. Give it variables instead.`,
  );
}

function outcomeOf({ id, name, page }: PipelineRun): ActionOutcome {
  return { id, name, page };
}

/** Only we write it, and it stays in this process. */
function read(request: string): QueueRequest {
  return JSON.parse(request) as QueueRequest;
}
