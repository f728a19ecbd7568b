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

/** An expanded pipeline of many templates has some MiB. */
const mostYaml = 16 * 1024 * 1024;

/**
 * How the run of an event can be found again: what the pipeline would make of it says so. The first
 * input that it takes is the mark; what it refuses for another reason, it would refuse in earnest.
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
  // A rule that gives the input a value of its own leaves no room for ours.
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
 * Whether it was refused for the input that we added: the pipeline does not take it, or our identity
 * may not set it. A rule's own variables may be refused the same way; then so is what is left.
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
 * Queues a run of a YAML pipeline. A pipeline that does not take the event any more, since it changed
 * after it was checked, has refused: it is queued without.
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
  // By the first a run is found again.
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

/** What was queued is queued, with its tags or without: only an abort is a failure. */
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

/** How far a run or a build is. */
export async function readBuild(calls: Calls, reference: RunReference): Promise<PipelineRun> {
  const { organization: collection, project, id } = reference;
  const path = pathOf(project, ['build', 'builds', id]);
  return runOf(await calls.read(buildSchema, { name: 'GET build', collection, path }), reference);
}

/** Ends a run. One that is over cannot be ended, which is no failure. */
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

/** A build as a run. */
export function runOf(build: Build, project: ProjectAddress): PipelineRun {
  const { id, buildNumber, _links } = build;
  return {
    id,
    name: buildNumber,
    page: _links?.web.href ?? pageOf(project, id),
    ...buildProgress(build),
  };
}

/** Where a run is shown, for an answer that does not say. */
function pageOf({ organization, project }: ProjectAddress, id: number): string {
  return `${organization}/${encodeURIComponent(project)}/_build/results?buildId=${id}`;
}
