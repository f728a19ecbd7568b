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

/** Ours and Azure's clock may differ by so much, milliseconds. */
export const clockDifference = 600_000;

const pageSize = 200;
const mostPages = 5;
/** Runs that a list does not tell enough of are read one by one. */
const mostReads = 50;

/**
 * The build that was queued for the event, by its mark: one by its number, which the server looks up,
 * or among all of the definition since it was asked for. A deleted run was one all the same.
 *
 * @param identity - Id of ours; a run of anybody else is none of ours, whatever it says.
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
    // The oldest of a page is the first of the next: one of a single instant would go on forever.
    if (oldest === undefined || oldest === before) break;
    before = oldest;
  }
  throw inconclusive(`${mostPages * pageSize} runs since then were looked at`, subject);
}

async function buildsBefore(
  calls: Calls,
  { organization: collection, project, pipeline, mark, eventKey }: RunRequest | BuildRequest,
  since: number,
  before: string | undefined,
): Promise<readonly Build[]> {
  const path = pathOf(project, ['build', 'builds'], {
    definitions: pipeline,
    // By the order it is the time of queuing that counts.
    minTime: isoTime(since - clockDifference),
    maxTime: before,
    queryOrder: 'queueTimeDescending',
    deletedFilter: 'includeDeleted',
    $top: pageSize,
    ...(mark === 'buildNumber' && { buildNumber: `${markOf(eventKey)}*` }),
  });
  return (await calls.read(buildsSchema, { name: 'GET builds', collection, path })).value;
}

/** Whether our identity queued it: a job's token queues for a person. */
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
    // Deleted since it was listed.
    if (error instanceof AzureError && error.failure === 'not-found') return false;
    throw error;
  }
}

/** To say that there is none would queue it twice. */
export function inconclusive(why: string, subject: RefusedCall) {
  return ownError(subject, {
    kind: 'unavailable',
    reason: 'unclear',
    what: `its run was not found, but ${why}, and there are more`,
    advice: 'Let a YAML pipeline number its runs `argocd-${{ parameters.event }}`.',
  });
}
