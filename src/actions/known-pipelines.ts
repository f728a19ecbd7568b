import { PipelineError } from '../azure/pipelines/pipeline-error.ts';
import type { FoundPipeline, Pipelines, RunMark } from '../azure/pipelines/pipelines.ts';
import { addressKey } from '../follow-ups/pipeline-address.ts';
import { RecentAnswers } from './recent-answers.ts';
import { uncheckedRequest, wantedBy, type RenderedQueueing } from './pipeline-request.ts';

/** A pipeline, and the mark by which its runs are found again. */
export interface KnownPipeline {
  readonly found: FoundPipeline;
  readonly mark: RunMark;
}

/** What to queue, where, and for which event. `organization` is a URL. */
export interface QueueTarget {
  readonly action: RenderedQueueing;
  readonly organization: string;
  readonly eventKey: string;
}

/** How long an answer is reused, for existing and for missing pipelines; milliseconds. */
const lifetimes = { found: 5 * 60_000, missing: 30_000 } as const;

/**
 * A cache of pipelines: found and checked once for the many actions of one rule. Stale entries do no
 * harm: queuing refuses what no longer fits, and works without the mark. Missing or invisible pipelines
 * are cached too, because many actions may ask for them repeatedly.
 */
export class KnownPipelines {
  readonly #pipelines: Pick<Pipelines, 'find' | 'check'>;
  readonly #found: RecentAnswers<FoundPipeline>;
  readonly #marks: RecentAnswers<RunMark>;

  constructor(pipelines: Pick<Pipelines, 'find' | 'check'>, now: () => number) {
    this.#pipelines = pipelines;
    const isRefusal = (error: unknown) =>
      error instanceof PipelineError && error.kind === 'refused';
    this.#found = new RecentAnswers(now, (answer) =>
      'value' in answer ? lifetimes.found : isRefusal(answer.error) ? lifetimes.missing : 0,
    );
    // The refusal may be due to a value, and the next event may have a different one.
    this.#marks = new RecentAnswers(now, (answer) => ('value' in answer ? lifetimes.found : 0));
  }

  /** Rejects with a `PipelineError`. */
  async find(wanted: QueueTarget, signal: AbortSignal): Promise<KnownPipeline> {
    const { action, organization, eventKey } = wanted;
    const where = { organization, project: action.project };
    const found = await this.#found.get(placeOf(wanted), () =>
      this.#pipelines.find(where, wantedBy(action), signal),
    );
    const mark = await this.#marks.get(`${placeOf(wanted)} ${inputsOf(action)}`, async () => {
      const address = { ...where, pipeline: found.id, kind: found.kind };
      const request = uncheckedRequest(action, address, eventKey);
      return (await this.#pipelines.check(request, signal)).mark;
    });
    return { found, mark };
  }

  /** Clears the cache after a pipeline was deleted, because names may now lead to another one. */
  forget(): void {
    this.#found.clear();
    this.#marks.clear();
  }
}

function placeOf({ action, organization }: QueueTarget): string {
  return `${action.kind} ${addressKey({ ...action, organization })}`;
}

/** Equal for actions with the same input names, because a pipeline accepts or refuses inputs by name. */
function inputsOf(action: RenderedQueueing): string {
  const names = (texts: Readonly<Record<string, unknown>>) => Object.keys(texts).sort();
  return JSON.stringify(
    action.kind === 'createRelease'
      ? [action.stage, names(action.variables), action.artifacts.map(({ alias }) => alias)]
      : [action.ref, names(action.variables), names(action.parameters), action.stagesToSkip],
  );
}
