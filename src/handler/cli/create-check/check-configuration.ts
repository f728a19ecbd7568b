import type { Fault } from '../../../inputs/fault.ts';
import { headerTemplates } from '../../http/header-block.ts';
import { readNames } from '../../http/request-names.ts';
import { readRunSpec } from '../../http/run-specs.ts';

/** A check on an environment that asks the handler about the state of applications. */
export interface CheckRequest {
  readonly environmentId: string;
  /** GUID of a Generic service connection to the handler. */
  readonly connectionId: string;
  readonly displayName: string;
  readonly argocd: string;
  readonly applications: string;
  /** These three are omitted if empty, or 0. */
  readonly appProject: string;
  readonly revision: string;
  readonly stableSeconds: number;
  readonly acceptSuspended: boolean;
  readonly timeoutMinutes: number;
}

/** The built-in Invoke REST API check, in the version that other tools create, too. */
const invokeRestApi = {
  id: '9c3e8943-130d-4c78-ac63-8af81df62dfb',
  name: 'InvokeRESTAPI',
  version: '1.220.0',
};
const taskCheck = { id: 'fe1de3ee-a436-41b4-bb20-f6eb4cb879a7', name: 'Task Check' };

/** What the check's form accepts for headers and body (azure-devops.md §1.3). */
const longestText = 2_000;

/** The headers that the check sends, as text for the check's form. */
export const checkHeaders = print({ 'Content-Type': 'application/json', ...headerTemplates });

/** The body that the check sends, as text for the check's form. */
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

/** One minute less than the check's timeout, so that the handler can still report its own. */
function timeoutSeconds({ timeoutMinutes }: Pick<CheckRequest, 'timeoutMinutes'>): number {
  return (timeoutMinutes - 1) * 60;
}

/** The request body with which Azure DevOps creates the check (azure-devops.md §1.9). */
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
      // With 0, the handler's decision is final; otherwise Azure DevOps would repeat the check.
      retryInterval: 0,
    },
  };
}

/** Options of the command line, by the handler's names. */
const flags: Readonly<Record<string, string>> = {
  argocd: '--argocd',
  applications: '--applications',
  project: '--app-project',
  revision: '--revision',
  stableSeconds: '--stable-seconds',
  timeoutSeconds: '--timeout',
};

/** What the handler would refuse when the check runs, in the handler's words. */
export function faultsOfRequest(request: Omit<CheckRequest, 'connectionId'>): readonly Fault[] {
  const { argocd, applications, appProject, revision, stableSeconds } = request;
  const sections = new Map([
    ['argocd', argocd],
    // Filled in when a run asks, and valid by then.
    ['azureProject', 'any'],
    ['revision', revision.includes('$(') ? '' : revision],
    ['applications', applications],
    ['project', appProject],
    ['stableSeconds', String(stableSeconds)],
    ['timeoutSeconds', String(timeoutSeconds(request))],
  ]);
  const spec = readRunSpec('check', sections, { ...nobody, names: readNames(sections) }, Infinity);
  const faults = ('faults' in spec ? spec.faults : []).map((fault) => ({
    ...fault,
    input: flags[fault.input] ?? fault.input,
  }));
  if (checkBody(request).length <= longestText) return faults;
  const problem = `Azure DevOps accepts a body of at most ${longestText} characters`;
  const advice = 'Create several checks, each for some of the applications.';
  return [...faults, { input: '--applications', value: '', problem, advice }];
}

/** Stands in for the caller, which does not affect the faults. */
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
