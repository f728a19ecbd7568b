import { syncSections } from '../../../src/handler/http/sync-sections.ts';

/** A job's token, long and odd enough to be found wherever it should not be. */
export const jobToken = 'eyJhbGciOiJub25lIn0.am9iLXRva2Vu.c2VjcmV0LW9mLXRoZS1qb2I';
/** The token of the service connection. */
export const clientToken = 'client-token-of-fabrikam-0123456789';

export const planId = '7a1c6b52-3d0e-4f7a-9c55-0d6a3f0b1e21';
export const jobId = '12f1170f-54f2-53f3-20dd-22fc7dff55f9';
export const taskInstanceId = '9c3e8943-130d-4c78-ac63-8af81df62dfb';
export const projectId = '5b1e4f6a-0a9b-4a39-8c3b-2f3f0f7a1c11';

type Texts = Readonly<Record<string, string>>;

/** The header block as Azure Pipelines fills it in. */
export const headerBlock: Texts = {
  PlanUrl: 'https://dev.azure.com/fabrikam/',
  ProjectId: projectId,
  HubName: 'build',
  PlanId: planId,
  JobId: jobId,
  TimelineId: planId,
  TaskInstanceId: taskInstanceId,
  AuthToken: jobToken,
};

/** All headers of a request. */
export const requestHeaders: Texts = {
  ...headerBlock,
  Authorization: `Bearer ${clientToken}`,
  'Content-Type': 'text/plain',
};

/** A body of sections, as it is rendered from the template in a task.json. */
export function renderSections(
  values: Texts,
  names: readonly string[] = Object.keys(values),
  { plan = planId, lineBreak = '\n' }: { plan?: string; lineBreak?: string } = {},
): string {
  return names
    .map((name) => `--${plan} ${name}${lineBreak}${values[name] ?? ''}${lineBreak}`)
    .join('');
}

/** The minimum that a sync sends; the rest is empty. */
export const leastSync: Texts = {
  argocd: 'prod',
  azureProject: 'shop',
  applications: 'shop-web',
  project: 'default',
};

export function syncBody(values: Texts = {}): string {
  return renderSections({ ...leastSync, ...values }, syncSections);
}
