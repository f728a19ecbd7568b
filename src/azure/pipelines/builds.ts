import { pathOf } from './pipeline-calls.ts';
import type { Calls } from './pipeline-calls.ts';
import { buildSchema, previewSchema, runSchema } from './pipeline-schema.ts';
import type { Build } from './pipeline-schema.ts';
import { queuedBuild, queuedRun } from './queue-body.ts';
import { buildProgress } from './run-state.ts';
import { eventInput, isNumberOf, markOf, runNumberOf } from './run-mark.ts';
import type {
  BuildRequest,
  PipelineRun,
  ProjectAddress,
  RunMark,
  RunReference,
  RunRequest,
} from './pipelines.ts';
import { pipelineErrorOf } from './refusals.ts';
import type { RefusedCall } from './refusals.ts';
import { AzureError } from '../http/azure-error.ts';

/** An expanded pipeline with many templates has several MiB. */
const mostYaml = 16 * 1024 * 1024;

/**
 * How the run of an event can be found again, according to a preview of the pipeline. The first input
 * that it accepts becomes the mark. A refusal for any other reason would also refuse the real run.
 */
export async function checkRun(
  calls: Calls,
  request: Omit<RunRequest, 'mark'>,
  subject: RefusedCall,
): Promise<RunMark> {
  const { eventKey, organization: collection, project, pipeline } = request;
  const preview = async (mark: RunMark) => {
    const path = pathOf(project, ['pipelines', pipeline, 'preview']);
    const body = { ...queuedRun({ ...request, mark }), previewRun: true };
    const call = { name: 'POST preview', collection, path, maxBytes: mostYaml };
    return (await calls.ask(previewSchema, call, body)).finalYaml;
  };
  const takes = async (mark: RunMark): Promise<string | undefined> => {
    try {
      return await preview(mark);
    } catch (error) {
      if (isAboutMark(error, mark, subject)) return undefined;
      throw error;
    }
  };
  // If a rule sets this input itself, we cannot use it.
  if (!(eventInput in request.parameters)) {
    const yaml = await takes('parameter');
    if (yaml !== undefined) {
      return isNumberOf(eventKey, runNumberOf(yaml) ?? '') ? 'buildNumber' : 'parameter';
    }
  }
  if (!(eventInput in request.variables) && (await takes('variable')) !== undefined) {
    return 'variable';
  }
  await preview('tag');
  return 'tag';
}

/**
 * Whether it was refused because of the input that we added: the pipeline does not accept it, or the
 * identity may not set it. If a rule's own variables are refused in the same way, the next preview fails
 * too.
 */
function isAboutMark(error: unknown, mark: RunMark, subject: RefusedCall): boolean {
  if (!(error instanceof AzureError)) return false;
  const { reason } = pipelineErrorOf(error, subject);
  if (mark === 'variable') {
    const names = /variables \(([^)]*)\)/.exec(error.reason)?.[1]?.split(',') ?? [];
    const isNamed = names.some((name) => name.trim() === eventInput);
    return (
      reason === 'needsEditQueueConfiguration' || (reason === 'variableNotSettable' && isNamed)
    );
  }
  const names = [...error.reason.matchAll(/Unexpected parameter '([^']*)'/g)];
  return reason === 'undeclaredParameter' && names.some(([, name]) => name === eventInput);
}

/**
 * Queues a run of a YAML pipeline. If the pipeline no longer accepts the event because it changed after
 * the check, it is queued without the event.
 */
export async function queueRun(
  calls: Calls,
  request: RunRequest,
  subject: RefusedCall,
): Promise<PipelineRun> {
  const { organization: collection, project, pipeline, eventKey, tags = [] } = request;
  const path = pathOf(project, ['pipelines', pipeline, 'runs']);
  const make = (mark: RunMark) =>
    calls.make(runSchema, { name: 'POST run', collection, path }, queuedRun({ ...request, mark }));
  let { mark } = request;
  const made = await make(mark).catch((error: unknown) => {
    if (mark === 'tag' || !isAboutMark(error, mark, subject)) throw error;
    mark = 'tag';
    return make(mark);
  });
  const { id, name, _links } = made;
  // The first tag is the mark.
  await tag(calls, request, id, [...(mark === 'tag' ? [markOf(eventKey)] : []), ...tags]);
  return { id, name, page: _links?.web.href ?? pageOf(request, id), state: 'notStarted' };
}

/** Queues a classic build. */
export async function queueBuild(calls: Calls, request: BuildRequest): Promise<PipelineRun> {
  const { organization: collection, project } = request;
  const path = pathOf(project, ['build', 'builds']);
  const call = { name: 'POST build', collection, path };
  const body = queuedBuild(request);
  const build = await calls.make(buildSchema, call, body);
  const left = body.tags.filter((name) => build.tags?.includes(name) !== true);
  await tag(calls, request, build.id, left);
  return runOf(build, request);
}

/** The run is queued with or without its tags, so only an abort counts as a failure. */
async function tag(
  calls: Calls,
  { organization: collection, project }: ProjectAddress,
  id: number,
  names: readonly string[],
): Promise<void> {
  try {
    for (const name of names) {
      const path = pathOf(project, ['build', 'builds', id, 'tags', name]);
      await calls.set('PUT', { name: 'PUT tag', collection, path });
    }
  } catch (error) {
    if (!(error instanceof AzureError)) throw error;
  }
}

/** Reads the state of a run or build. */
export async function readBuild(calls: Calls, reference: RunReference): Promise<PipelineRun> {
  const { organization: collection, project, id } = reference;
  const path = pathOf(project, ['build', 'builds', id]);
  return runOf(await calls.read(buildSchema, { name: 'GET build', collection, path }), reference);
}

/** Cancels a run. It is not a failure if the run has already ended. */
export async function cancelBuild(calls: Calls, reference: RunReference): Promise<void> {
  const { organization: collection, project, id } = reference;
  const path = pathOf(project, ['build', 'builds', id]);
  try {
    await calls.set('PATCH', { name: 'PATCH build', collection, path }, { status: 'cancelling' });
  } catch (error) {
    if (!(error instanceof AzureError) || error.failure !== 'refused') throw error;
    const { state } = await readBuild(calls, reference);
    if (state !== 'completed' && state !== 'canceling') throw error;
  }
}

/** Converts a build to a run. */
export function runOf(build: Build, project: ProjectAddress): PipelineRun {
  const { id, buildNumber, _links } = build;
  return {
    id,
    name: buildNumber,
    page: _links?.web.href ?? pageOf(project, id),
    ...buildProgress(build),
  };
}

/** The page of a run, for answers that do not contain it. */
function pageOf({ organization, project }: ProjectAddress, id: number): string {
  return `${organization}/${encodeURIComponent(project)}/_build/results?buildId=${id}`;
}
