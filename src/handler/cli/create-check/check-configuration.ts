import type { Fault } from '../../../inputs/fault.ts';
import { headerTemplates } from '../../http/header-block.ts';
import { readNames } from '../../http/request-names.ts';
import { readRunSpec } from '../../http/run-specs.ts';

/** A check on an environment that asks the handler where applications stand. */
export interface CheckRequest {
  readonly environmentId: string;
  /** GUID of a Generic service connection to the handler. */
  readonly connectionId: string;
  readonly displayName: string;
  readonly argocd: string;
  readonly applications: string;
  /** These three are left out where they are empty, or 0. */
  readonly appProject: string;
  readonly revision: string;
  readonly stableSeconds: number;
  readonly acceptSuspended: boolean;
  readonly timeoutMinutes: number;
}

/** The built-in Invoke REST API check, in the version that others create it with too. */
const invokeRestApi = {
  id: '9c3e8943-130d-4c78-ac63-8af81df62dfb',
  name: 'InvokeRESTAPI',
  version: '1.220.0',
};
const taskCheck = { id: 'fe1de3ee-a436-41b4-bb20-f6eb4cb879a7', name: 'Task Check' };

/** What the form of the check takes for headers and body (azure-devops.md §1.3). */
const longestText = 2_000;

/** The headers that the check sends, as the text of the check's form. */
export const checkHeaders = print({ 'Content-Type': 'application/json', ...headerTemplates });

/** The body that the check sends, as the text of the check's form. */
export function checkBody(request: Omit<CheckRequest, 'connectionId'>): string {
  const { argocd, applications, appProject, revision, stableSeconds, acceptSuspended } = request;
  return print({
    argocd,
    azureProject: '$(System.TeamProject)',
    runNumber: '$(Build.BuildNumber)',
    runPage:
      '$(System.CollectionUri)$(System.TeamProjectId)/_build/results?buildId=$(Build.BuildId)',
    applications,
    ...(appProject !== '' && { project: appProject }),
    ...(revision !== '' && { revision }),
    ...(stableSeconds > 0 && { stableSeconds: String(stableSeconds) }),
    ...(acceptSuspended && { acceptSuspended: 'true' }),
    timeoutSeconds: String(timeoutSeconds(request)),
  });
}

/** A minute less than the check has, so that the handler still tells the run why it was too late. */
function timeoutSeconds({ timeoutMinutes }: Pick<CheckRequest, 'timeoutMinutes'>): number {
  return (timeoutMinutes - 1) * 60;
}

/** What to send to Azure DevOps, to make the check (azure-devops.md §1.9). */
export function checkConfiguration(request: CheckRequest): object {
  return {
    type: taskCheck,
    resource: { type: 'environment', id: request.environmentId },
    timeout: request.timeoutMinutes,
    settings: {
      displayName: request.displayName,
      definitionRef: invokeRestApi,
      inputs: {
        connectedServiceNameSelector: 'connectedServiceName',
        connectedServiceName: request.connectionId,
        method: 'POST',
        headers: checkHeaders,
        body: checkBody(request),
        urlSuffix: '/v1/checks',
        waitForCompletion: 'true',
      },
      // With 0 the handler's decision is final; else Azure DevOps would ask again and again.
      retryInterval: 0,
    },
  };
}

/** By the names of the handler: what the command line calls them. */
const flags: Readonly<Record<string, string>> = {
  argocd: '--argocd',
  applications: '--applications',
  project: '--app-project',
  revision: '--revision',
  stableSeconds: '--stable-seconds',
  timeoutSeconds: '--timeout',
};

/** What the handler would refuse once the check runs, in its own words. */
export function faultsOfRequest(request: Omit<CheckRequest, 'connectionId'>): readonly Fault[] {
  const { argocd, applications, appProject, revision, stableSeconds } = request;
  const sections = new Map([
    ['argocd', argocd],
    // Known when a run asks, and right by then.
    ['azureProject', 'any'],
    ['revision', revision.includes('$(') ? '' : revision],
    ['applications', applications],
    ['project', appProject],
    ['stableSeconds', String(stableSeconds)],
    ['timeoutSeconds', String(timeoutSeconds(request))],
  ]);
  const order = readRunSpec('check', sections, { ...nobody, names: readNames(sections) }, Infinity);
  const faults = ('faults' in order ? order.faults : []).map((fault) => ({
    ...fault,
    input: flags[fault.input] ?? fault.input,
  }));
  if (checkBody(request).length <= longestText) return faults;
  const problem = `Azure DevOps accepts a body of at most ${longestText} characters`;
  const advice = 'Create several checks, each for some of the applications.';
  return [...faults, { input: '--applications', value: '', problem, advice }];
}

/** Whose order it would be: of no account for what is wrong with it. */
const nobody = {
  client: '',
  address: {
    collection: '',
    projectId: '',
    hub: 'checks',
    planId: '',
    jobId: '',
    timelineId: '',
    taskInstanceId: '',
  },
  buildId: undefined,
} as const;

function print(texts: Readonly<Record<string, string>>): string {
  return JSON.stringify(texts, undefined, 2);
}
