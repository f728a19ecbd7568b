import { cloudHost } from '../../azure/http/collection.ts';
import { AzureHttp } from '../../azure/http/azure-http.ts';
import { PipelineError } from '../../azure/pipelines/pipeline-error.ts';
import type { PipelineRun, Pipelines, UncheckedRequest } from '../../azure/pipelines/pipelines.ts';
import { RestPipelines } from '../../azure/pipelines/rest-pipelines.ts';
import { eventKeyOf } from '../../follow-ups/action-key.ts';
import { refOf } from '../../follow-ups/action-kinds/queue-pipeline.ts';
import { parsePipelineAddress } from '../../follow-ups/pipeline-address.ts';
import type { HookArguments, QueueTexts } from '../arguments.ts';
import { CallFailed, type Accepted, type FollowUp } from '../handler-client.ts';
import type { HookChannel } from '../run-hook.ts';
import type { DirectDestination, Environment } from '../direct-module.ts';
import { directToken } from './direct-token.ts';

/** How far back to look for a run that an earlier pod of this Job queued; milliseconds. */
const lookBack = 24 * 3_600_000;

/**
 * Queues a pipeline without a handler, under the identity of its token. A restarted pod finds the run of
 * the previous one by a mark derived from the Job and the pipeline. It finds nothing if the pipeline
 * allows no mark but a tag, and the previous pod died before it set the tag.
 */
export class DirectChannel implements HookChannel {
  readonly #destination: DirectDestination;
  readonly #env: Environment;
  readonly #pipelines: Pipelines;
  #queued: { readonly project: string; readonly id: number; readonly target: string } | undefined;

  constructor(destination: DirectDestination, env: Environment) {
    this.#destination = destination;
    this.#env = env;
    const http = new AzureHttp({
      reachOf: (collection) =>
        collection !== destination.organization
          ? undefined
          : isCloud(collection)
            ? 'public'
            : 'private',
      userAgent: 'argocd-for-azure-pipelines-hook',
    });
    const token = directToken(destination.credential, env);
    this.#pipelines = new RestPipelines({
      ...{ http, now: Date.now },
      token: (_, signal) => token(signal),
    });
  }

  async tell({ self, queue }: HookArguments, signal: AbortSignal): Promise<Accepted> {
    const { application, job, namespace, phase = 'an unknown phase' } = self;
    const asked = queue ?? { pipeline: '', parameters: {}, variables: {}, stagesToSkip: [] };
    // Each Job has its own UID, even if the next operation creates one with the same name.
    const uid = this.#env['HOOK_JOB_UID'] ?? '';
    const eventKey = eventKeyOf(
      ['direct', application, namespace, job, uid, asked.pipeline].join('|'),
    );
    const run = await this.#try(() => this.#queue(asked, eventKey, signal), signal);
    return { phase, followUps: [run] };
  }

  async progress(_: string, __: number, signal: AbortSignal): Promise<FollowUp> {
    const queued = this.#queued;
    if (queued === undefined) throw new CallFailed('refused', 'Nothing was queued.');
    const { project, id, target } = queued;
    const { organization } = this.#destination;
    return this.#try(async () => {
      const reference = { organization, project, kind: 'yaml', id } as const;
      return viewOf(target, await this.#pipelines.run(reference, signal));
    }, signal);
  }

  async #queue(asked: QueueTexts, eventKey: string, signal: AbortSignal): Promise<FollowUp> {
    const address = parsePipelineAddress(asked.pipeline);
    if (!('value' in address)) throw new CallFailed('refused', `--pipeline: ${address.problem}.`);
    const { project = '', pipeline } = address.value;
    const { organization } = this.#destination;
    const place = { organization, project };
    const found = await this.#pipelines.find(
      place,
      { kind: 'pipeline', reference: pipeline },
      signal,
    );
    const { branch, tag, commit, parameters, variables, stagesToSkip } = asked;
    const ref = branch ? refOf('heads', branch) : tag ? refOf('tags', tag) : undefined;
    const common = {
      ...{ ...place, pipeline: found.id, eventKey, variables },
      ...(ref !== undefined && { ref }),
      ...(commit !== undefined && { commit }),
    };
    const request: UncheckedRequest =
      found.kind === 'yaml'
        ? { kind: 'yaml', ...common, parameters, stagesToSkip }
        : { kind: 'build', ...common };
    const { mark } = await this.#pipelines.check(request, signal);
    const marked = { ...request, mark };
    const run =
      (await this.#pipelines.lookUp(marked, Date.now() - lookBack, signal)) ??
      (await this.#pipelines.queue(marked, signal));
    this.#queued = { project, id: run.id, target: asked.pipeline };
    return viewOf(asked.pipeline, run);
  }

  async #try<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof PipelineError)) throw error;
      // Unclear answers count as unreachable too: the next try looks for the run first.
      const kind = error.kind === 'refused' ? 'refused' : 'unreachable';
      const message = `${error.message} ${error.advice}`.trim();
      throw new CallFailed(kind, message, error.retryAfter ?? 0);
    }
  }
}

function isCloud(organization: string): boolean {
  return cloudHost.test(new URL(organization).hostname);
}

function viewOf(target: string, { id, name, page, state, result }: PipelineRun): FollowUp {
  const run = { name, page, state, result: result ?? null };
  return { id: String(id), rule: 'direct', target, state: 'done', message: '', run };
}
