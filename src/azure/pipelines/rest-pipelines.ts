import { plainLine } from '../../text/foreign-text.ts';
import { ByOrganization } from './by-organization.ts';
import { cancelBuild, checkRun, queueBuild, queueRun, readBuild, runOf } from './builds.ts';
import { findPipeline, findRelease } from './definitions.ts';
import { PipelineCaller } from './pipeline-calls.ts';
import type { Calls, PipelinesSettings } from './pipeline-calls.ts';
import { PipelineError } from './pipeline-error.ts';
import { connectionSchema } from './pipeline-schema.ts';
import type {
  Checked,
  FoundPipeline,
  Identity,
  Once,
  PipelineReference,
  PipelineRun,
  Pipelines,
  ProjectAddress,
  QueueRequest,
  RunMark,
  RunReference,
  UncheckedRequest,
} from './pipelines.ts';
import type { RefusedCall } from './refusals.ts';
import {
  cancelRelease,
  checkRelease,
  createRelease,
  readRelease,
  searchRelease,
} from './releases.ts';
import { searchBuild } from './run-search.ts';

/** Seconds between a request and the tag on its run: two calls, each with its timeout. */
const tagGap = 40;

/** Pipelines over the REST API of Azure DevOps (azure-devops.md §5). */
export class RestPipelines implements Pipelines {
  readonly #caller: PipelineCaller;
  readonly #identities = new ByOrganization<Identity>();

  constructor(settings: PipelinesSettings) {
    this.#caller = new PipelineCaller(settings);
  }

  identity(organization: string, signal: AbortSignal): Promise<Identity> {
    const subject: RefusedCall = {
      organization,
      project: '',
      asked: 'read the identity',
      missing: 'rejected',
    };
    return this.#caller.work(subject, signal, async (calls) => {
      // Undocumented and never released, but used by Microsoft's own clients (LocationsApi).
      const path = '/_apis/connectionData?api-version=7.1-preview';
      const call = { name: 'GET connection data', collection: organization, path };
      const { authenticatedUser } = await calls.read(connectionSchema, call);
      const { id, customDisplayName, providerDisplayName } = authenticatedUser;
      const identity = { id, name: customDisplayName ?? providerDisplayName ?? id };
      this.#identities.set(organization, identity);
      return identity;
    });
  }

  find(
    project: ProjectAddress,
    {
      kind,
      reference,
    }: { readonly kind: 'pipeline' | 'release'; readonly reference: PipelineReference },
    signal: AbortSignal,
  ): Promise<FoundPipeline> {
    const subject = subjectOf(project, `find the ${kind} ${plainLine(String(reference), 100)}`);
    return this.#caller.work(subject, signal, (calls) =>
      (kind === 'release' ? findRelease : findPipeline)(calls, project, reference, subject),
    );
  }

  check(request: UncheckedRequest, signal: AbortSignal): Promise<Checked> {
    const subject = subjectOf(request, `check ${nameOf(request)}`);
    return this.#caller.work(subject, signal, async (calls) => {
      const mark = await markFor(calls, request, subject);
      return { mark, once: onceBy(mark) };
    });
  }

  queue(request: QueueRequest, signal: AbortSignal): Promise<PipelineRun> {
    const subject = subjectOf(request, `queue ${nameOf(request)}`);
    return this.#caller.work(subject, signal, (calls) => {
      switch (request.kind) {
        case 'yaml':
          return queueRun(calls, request, subject);
        case 'build':
          return queueBuild(calls, request);
        case 'release':
          return createRelease(calls, request, subject);
      }
    });
  }

  clockOffset(organization: string): number {
    return this.#caller.clockOffset(organization);
  }

  async lookUp(
    request: QueueRequest,
    since: number,
    signal: AbortSignal,
  ): Promise<PipelineRun | undefined> {
    const identity = await this.#ourId(request.organization, signal);
    const subject = subjectOf(request, `look for the run of ${nameOf(request)}`);
    // Azure's time of the request, or earlier: searching longer costs a call, searching too little a run.
    const { clockOffset = 0 } = request;
    const from = since + Math.min(0, clockOffset, this.clockOffset(request.organization));
    return this.#caller.work(subject, signal, async (calls) => {
      if (request.kind === 'release') {
        return searchRelease(calls, request, identity, from, subject);
      }
      const numbered = await searchBuild(calls, request, identity, from, subject);
      // If the pipeline changed after the check, its run has a tag instead of this number.
      const isNumbered = request.mark === 'buildNumber';
      const found =
        numbered === undefined && isNumbered
          ? await searchBuild(calls, { ...request, mark: 'tag' }, identity, from, subject)
          : numbered;
      return found && runOf(found, request);
    });
  }

  run(reference: RunReference, signal: AbortSignal): Promise<PipelineRun> {
    const subject = subjectOf(reference, `read ${runNameOf(reference)}`, 'unknownRun');
    const read = reference.kind === 'release' ? readRelease : readBuild;
    return this.#caller.work(subject, signal, (calls) => read(calls, reference));
  }

  cancel(reference: RunReference, signal: AbortSignal): Promise<void> {
    const subject = subjectOf(reference, `cancel ${runNameOf(reference)}`, 'unknownRun');
    const cancel = reference.kind === 'release' ? cancelRelease : cancelBuild;
    return this.#caller.work(subject, signal, (calls) => cancel(calls, reference));
  }

  /**
   * The identity's id, to distinguish its runs from others; without permission to read it, the mark must
   * suffice.
   */
  async #ourId(organization: string, signal: AbortSignal): Promise<string | undefined> {
    const known = this.#identities.get(organization);
    if (known !== undefined) return known.id;
    try {
      return (await this.identity(organization, signal)).id;
    } catch (error) {
      if (error instanceof PipelineError && error.kind === 'refused') return undefined;
      throw error;
    }
  }
}

async function markFor(
  calls: Calls,
  request: UncheckedRequest,
  subject: RefusedCall,
): Promise<RunMark> {
  switch (request.kind) {
    case 'yaml':
      return checkRun(calls, request, subject);
    case 'build':
      // What a classic build accepts only becomes known by queuing it.
      await findPipeline(calls, request, request.pipeline, subject);
      return 'tag';
    case 'release':
      await checkRelease(calls, request, subject);
      return 'description';
  }
}

/** How often an event can run a pipeline whose runs are found by this mark. */
export function onceBy(mark: RunMark): Once {
  return mark === 'tag'
    ? { kind: 'atMostOneDuplicate', withinSeconds: tagGap }
    : { kind: 'exactlyOnce' };
}

function subjectOf(
  { organization, project }: ProjectAddress,
  asked: string,
  missing: RefusedCall['missing'] = 'unknownPipeline',
): RefusedCall {
  return { organization, project, asked, missing };
}

function nameOf({ kind, pipeline }: Pick<QueueRequest, 'kind' | 'pipeline'>): string {
  return `${kind === 'release' ? 'release pipeline' : 'pipeline'} ${pipeline}`;
}

function runNameOf({ kind, id }: RunReference): string {
  return `${kind === 'release' ? 'release' : 'run'} ${id}`;
}
