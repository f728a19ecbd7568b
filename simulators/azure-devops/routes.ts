import type { OperationName } from './api-request.ts';

interface Route {
  readonly operation: OperationName;
  readonly method: string;
  readonly pattern: RegExp;
}

const plan = '/{scope}/_apis/distributedtask/hubs/{hub}/plans/{plan}';
const timeline = `${plan}/timelines/{timelineId}`;
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
    ['getBuild', 'GET', '/{project}/_apis/build/builds/{buildId}'],
    ['getProject', 'GET', '/_apis/projects/{project}'],
  ] as const
).map(([operation, method, path]) => ({
  operation,
  method,
  pattern: new RegExp(`^${path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}/?$`, 'i'),
}));

/** The operation that a path below the organization is for; the case does not count. */
export function routed(
  method: string,
  path: string,
): { operation: OperationName; values: Readonly<Record<string, string>> } | undefined {
  for (const route of routes) {
    if (route.method !== method) continue;
    const groups = route.pattern.exec(path)?.groups;
    if (!groups) continue;
    const entries = Object.entries(groups).map(([name, value]) => [name, decoded(value)] as const);
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
