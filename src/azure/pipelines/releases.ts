import { AzureError } from '../http/azure-error.ts';
import { releasesAt } from './definitions.ts';
import { pathOf } from './pipeline-calls.ts';
import type { Calls } from './pipeline-calls.ts';
import { releaseDefinitionSchema, releaseSchema, releasesSchema } from './pipeline-schema.ts';
import type { Release } from './pipeline-schema.ts';
import { createdRelease } from './queue-body.ts';
import type { PipelineRun, ProjectAddress, ReleaseRequest, RunReference } from './pipelines.ts';
import { ownError } from './refusals.ts';
import type { RefusedCall } from './refusals.ts';
import { isDescriptionOf } from './run-mark.ts';
import { clockDifference, inconclusive } from './run-search.ts';
import { isSame, releaseProgress } from './run-state.ts';
import { isoTime } from '../../text/iso-time.ts';

const pageSize = 100;
const mostListed = 20;

type Unmarked = Omit<ReleaseRequest, 'mark'>;

/**
 * Returns the names of the definition's stages. Rejects if the request names parts that it does not
 * have.
 */
export async function checkRelease(
  calls: Calls,
  request: Unmarked,
  subject: RefusedCall,
): Promise<readonly string[]> {
  const { organization, project, pipeline, stage, artifacts, variables } = request;
  const definition = await calls.read(releaseDefinitionSchema, {
    name: 'GET release definition',
    collection: releasesAt(organization),
    path: pathOf(project, ['release', 'definitions', pipeline]),
  });
  const stages = definition.environments.map(({ name }) => name);
  if (stage !== undefined && !stages.some((name) => isSame(name, stage))) {
    throw ownError(subject, {
      kind: 'refused',
      reason: 'unknownStage',
      what: `it has no stage ${stage}; its stages are ${listed(stages)}`,
      advice: 'Correct the name of the stage.',
    });
  }
  const aliases = definition.artifacts?.map(({ alias }) => alias) ?? [];
  const strange = artifacts.filter(({ alias }) => !aliases.includes(alias));
  if (strange.length > 0) {
    throw ownError(subject, {
      kind: 'refused',
      reason: 'missingResource',
      what: `it has no artifact ${listed(strange.map(({ alias }) => alias))}; its artifacts are ${listed(aliases)}`,
      advice: "Use the alias of an artifact in the release pipeline's definition.",
    });
  }
  const fixed = Object.keys(variables).filter((name) => !isSettable(name, definition.variables));
  if (fixed.length > 0) {
    throw ownError(subject, {
      kind: 'refused',
      reason: 'variableNotSettable',
      what: `the variables ${listed(fixed)} cannot be set for a release`,
      advice:
        'Mark them as "Settable at release time" on its variables tab, or remove them from the rule.',
    });
  }
  return stages;
}

function isSettable(
  name: string,
  declared: Readonly<Record<string, { readonly allowOverride?: boolean | undefined }>> = {},
): boolean {
  const found = Object.entries(declared).find(([one]) => one.toLowerCase() === name.toLowerCase());
  return found?.[1].allowOverride === true;
}

/** Creates a release, and starts the requested stage. */
export async function createRelease(
  calls: Calls,
  request: ReleaseRequest,
  subject: RefusedCall,
): Promise<PipelineRun> {
  const { organization, project, stage } = request;
  const stages = stage === undefined ? [] : await checkRelease(calls, request, subject);
  const path = pathOf(project, ['release', 'releases']);
  const call = { name: 'POST release', collection: releasesAt(organization), path };
  const release = await calls.make(releaseSchema, call, createdRelease(request, stages));
  try {
    return await started(calls, release, request);
  } catch (error) {
    if (!(error instanceof AzureError)) throw error;
    // The release exists: even if its stage does not start, never create another one.
    const reason = `${release.name} was created, but its stage was not started: ${error.reason}`;
    throw new AzureError(call.name, reason, { failure: 'unclear' });
  }
}

/**
 * Finds the release that was created for the event: by its description, among the releases of the
 * definition since the request.
 */
export async function searchRelease(
  calls: Calls,
  request: ReleaseRequest,
  identity: string | undefined,
  since: number,
  subject: RefusedCall,
): Promise<PipelineRun | undefined> {
  const { organization, project, pipeline, eventKey } = request;
  const path = pathOf(project, ['release', 'releases'], {
    definitionId: pipeline,
    minCreatedTime: isoTime(since - clockDifference),
    queryOrder: 'descending',
    $expand: 'environments',
    $top: pageSize,
  });
  const call = { name: 'GET releases', collection: releasesAt(organization), path };
  const { value } = await calls.read(releasesSchema, call);
  const found = value.find(
    ({ description = '', createdBy }) =>
      isDescriptionOf(eventKey, description) &&
      (identity === undefined || createdBy === undefined || createdBy.id === identity),
  );
  if (found !== undefined) return started(calls, found, request);
  if (value.length < pageSize) return undefined;
  throw inconclusive(`${pageSize} releases since then were searched`, subject);
}

/** Starts the requested stage, unless it was started already. */
async function started(
  calls: Calls,
  release: Release,
  { organization, project, stage }: ReleaseRequest,
): Promise<PipelineRun> {
  const found =
    stage === undefined ? undefined : release.environments?.find(({ name }) => isSame(name, stage));
  const shown = runOf(release, { organization, project }, stage);
  if (found === undefined || releaseProgress(release, stage).state !== 'notStarted') return shown;
  const path = pathOf(project, ['Release', 'releases', release.id, 'environments', found.id]);
  const call = { name: 'PATCH release stage', collection: releasesAt(organization), path };
  await calls.set('PATCH', call, { status: 'inProgress' });
  return { ...shown, state: 'inProgress' };
}

/** Reads the state of a release. */
export async function readRelease(calls: Calls, reference: RunReference): Promise<PipelineRun> {
  return runOf(await releaseOf(calls, reference), reference, reference.stage);
}

/** Cancels the stages in progress. No effect on those that have ended. */
export async function cancelRelease(calls: Calls, reference: RunReference): Promise<void> {
  const { organization, project, id, stage } = reference;
  const release = await releaseOf(calls, reference);
  for (const one of release.environments ?? []) {
    if (stage !== undefined && !isSame(one.name, stage)) continue;
    if (releaseProgress(release, one.name).state !== 'inProgress') continue;
    const path = pathOf(project, ['Release', 'releases', id, 'environments', one.id]);
    const call = { name: 'PATCH release stage', collection: releasesAt(organization), path };
    await calls.set('PATCH', call, { status: 'canceled' });
  }
}

function releaseOf(calls: Calls, { organization, project, id }: RunReference): Promise<Release> {
  const path = pathOf(project, ['release', 'releases', id]);
  const call = { name: 'GET release', collection: releasesAt(organization), path };
  return calls.read(releaseSchema, call);
}

function runOf(release: Release, project: ProjectAddress, stage?: string): PipelineRun {
  const { id, name, _links } = release;
  const page = _links?.web.href ?? pageOf(project, id);
  return { id, name, page, ...releaseProgress(release, stage) };
}

function pageOf({ organization, project }: ProjectAddress, id: number): string {
  return `${organization}/${encodeURIComponent(project)}/_release?releaseId=${id}&_a=release-summary`;
}

function listed(names: readonly string[]): string {
  if (names.length === 0) return 'none';
  const left = names.length - mostListed;
  return names.slice(0, mostListed).join(', ') + (left > 0 ? ` and ${left} more` : '');
}
