import { AzureError } from '../http/azure-error.ts';
import { pathOf } from './pipeline-calls.ts';
import type { Calls } from './pipeline-calls.ts';
import { buildsSchema, runInputsSchema } from './pipeline-schema.ts';
import type { Build } from './pipeline-schema.ts';
import { eventInput, isBuildOf, isEvent, markOf } from './run-mark.ts';
import type { BuildRequest, RunRequest } from './pipelines.ts';
import { ownError } from './refusals.ts';
import type { RefusedCall } from './refusals.ts';
import { isoTime } from '../../text/iso-time.ts';

/** The allowed difference between our clock and Azure's; milliseconds. */
export const clockDifference = 600_000;

const pageSize = 200;
const mostPages = 5;
/** The limit of runs that are read one by one, because a list says too little about them. */
const mostReads = 50;

/**
 * Finds the build that was queued for the event by its mark: the server looks up a number; otherwise all
 * builds of the definition since the request are searched. Deleted runs count too.
 *
 * @param identity - Id of our identity; runs of others never match, whatever they say.
 * @param since - Milliseconds since the epoch.
 */
export async function searchBuild(
  calls: Calls,
  request: RunRequest | BuildRequest,
  identity: string | undefined,
  since: number,
  subject: RefusedCall,
): Promise<Build | undefined> {
  const { eventKey, mark } = request;
  let reads = 0;
  for (let page = 0, before: string | undefined; page < mostPages; page++) {
    const builds = await buildsBefore(calls, request, since, before);
    for (const build of builds) {
      if (!isOurs(build, identity)) continue;
      const isEvents = isBuildOf(eventKey, mark, build);
      if (isEvents === true) return build;
      if (isEvents === false || request.kind !== 'yaml') continue;
      if (++reads > mostReads)
        throw inconclusive(`${mostReads} runs since then were read`, subject);
      if (await isRunOf(calls, request, build.id)) return build;
    }
    const oldest = builds.at(-1)?.queueTime;
    if (builds.length < pageSize) return undefined;
    // The oldest run of a page starts the next one, so a page with a single timestamp would loop
    // forever.
    if (oldest === undefined || oldest === before) break;
    before = oldest;
  }
  throw inconclusive(`${mostPages * pageSize} runs since then were searched`, subject);
}

async function buildsBefore(
  calls: Calls,
  { organization: collection, project, pipeline, mark, eventKey }: RunRequest | BuildRequest,
  since: number,
  before: string | undefined,
): Promise<readonly Build[]> {
  const path = pathOf(project, ['build', 'builds'], {
    definitions: pipeline,
    // With this order, the times are those of queuing.
    minTime: isoTime(since - clockDifference),
    maxTime: before,
    queryOrder: 'queueTimeDescending',
    deletedFilter: 'includeDeleted',
    $top: pageSize,
    ...(mark === 'buildNumber' && { buildNumber: `${markOf(eventKey)}*` }),
  });
  return (await calls.read(buildsSchema, { name: 'GET builds', collection, path })).value;
}

/** Whether the identity queued it. A job's token queues on behalf of a person. */
function isOurs({ requestedBy, requestedFor }: Build, identity: string | undefined): boolean {
  const known = [requestedBy?.id, requestedFor?.id].filter((id) => id !== undefined);
  return identity === undefined || known.length === 0 || known.includes(identity);
}

async function isRunOf(
  calls: Calls,
  { organization: collection, project, pipeline, eventKey }: RunRequest,
  id: number,
): Promise<boolean> {
  const path = pathOf(project, ['pipelines', pipeline, 'runs', id]);
  try {
    const call = { name: 'GET run', collection, path };
    const { templateParameters, variables } = await calls.read(runInputsSchema, call);
    return (
      isEvent(eventKey, templateParameters?.[eventInput]) ||
      isEvent(eventKey, variables?.[eventInput]?.value)
    );
  } catch (error) {
    // It was deleted after it was listed.
    if (error instanceof AzureError && error.failure === 'not-found') return false;
    throw error;
  }
}

/** Saying that there is no run would queue it twice. */
export function inconclusive(why: string, subject: RefusedCall) {
  return ownError(subject, {
    kind: 'unavailable',
    reason: 'unclear',
    what: `its run was not found, but ${why} and there are more`,
    advice: 'In a YAML pipeline, set `name: argocd-${{ parameters.event }}`.',
  });
}
