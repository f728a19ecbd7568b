import type { OperationName } from './api-request.ts';

interface Route {
  readonly operation: OperationName;
  readonly method: string;
  readonly pattern: RegExp;
}

const plan = '/{scope}/_apis/distributedtask/hubs/{hub}/plans/{plan}';
const timeline = `${plan}/timelines/{timelineId}`;
const builds = '/{project}/_apis/build/builds';
const releases = '/{project}/_apis/release/releases';
const record = `${timeline}/records/{recordId}`;

const routes: readonly Route[] = (
  [
    ['postEvent', 'POST', `${plan}/events`],
    ['getPlan', 'GET', plan],
    ['createTimeline', 'POST', `${plan}/timelines`],
    ['listTimelines', 'GET', `${plan}/timelines`],
    ['getTimeline', 'GET', timeline],
    ['listRecords', 'GET', `${timeline}/records`],
    ['updateRecords', 'PATCH', `${timeline}/records`],
    ['appendFeed', 'POST', `${record}/feed`],
    ['listLogs', 'GET', `${plan}/logs`],
    ['createLog', 'POST', `${plan}/logs`],
    ['getLog', 'GET', `${plan}/logs/{logId}`],
    ['appendLog', 'POST', `${plan}/logs/{logId}`],
    ['putAttachment', 'PUT', `${record}/attachments/{type}/{name}`],
    ['getAttachment', 'GET', `${record}/attachments/{type}/{name}`],
    ['listAttachments', 'GET', `${record}/attachments/{type}`],
    ['listPlanAttachments', 'GET', `${plan}/attachments/{type}`],
    ['getProject', 'GET', '/_apis/projects/{project}'],
    ['receiveEvent', 'POST', '/_apis/public/distributedtask/webhooks/{webhook}'],
    ['getConnectionData', 'GET', '/_apis/connectionData'],
    ['listDefinitions', 'GET', '/{project}/_apis/build/definitions'],
    ['getPipeline', 'GET', '/{project}/_apis/pipelines/{pipelineId}'],
    ['previewRun', 'POST', '/{project}/_apis/pipelines/{pipelineId}/preview'],
    ['queueRun', 'POST', '/{project}/_apis/pipelines/{pipelineId}/runs'],
    ['getRun', 'GET', '/{project}/_apis/pipelines/{pipelineId}/runs/{runId}'],
    ['listBuilds', 'GET', builds],
    ['queueBuild', 'POST', builds],
    ['getBuild', 'GET', `${builds}/{buildId}`],
    ['updateBuild', 'PATCH', `${builds}/{buildId}`],
    ['listTags', 'GET', `${builds}/{buildId}/tags`],
    ['addTag', 'PUT', `${builds}/{buildId}/tags/{tag}`],
    ['listReleaseDefinitions', 'GET', '/{project}/_apis/release/definitions'],
    ['getReleaseDefinition', 'GET', '/{project}/_apis/release/definitions/{definitionId}'],
    ['listReleases', 'GET', releases],
    ['createRelease', 'POST', releases],
    ['getRelease', 'GET', `${releases}/{releaseId}`],
    ['updateReleaseStage', 'PATCH', `${releases}/{releaseId}/environments/{stageId}`],
  ] as const
).map(([operation, method, path]) => ({
  operation,
  method,
  pattern: new RegExp(`^${path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}/?$`, 'i'),
}));

/** The operation of a path below the organization; case is ignored. */
export function routed(
  method: string,
  path: string,
): { operation: OperationName; values: Readonly<Record<string, string>> } | undefined {
  for (const route of routes) {
    if (route.method !== method) continue;
    const found = route.pattern.exec(path);
    if (!found) continue;
    const entries = Object.entries(found.groups ?? {}).map(
      ([name, value]) => [name, decoded(value)] as const,
    );
    return { operation: route.operation, values: Object.fromEntries(entries) };
  }
  return undefined;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
