import type { AzureIdentity } from '../../azure/identity/azure-identity.ts';
import { actionKindOf } from '../../follow-ups/action-kinds/action-kinds.ts';
import type { FollowUpRule } from '../../follow-ups/follow-up.ts';
import type { Grant } from '../../follow-ups/grants.ts';
import type { LabelRequirement } from '../../text/label-selector.ts';
import { printDuration } from '../../text/duration-text.ts';
import type { FollowUpLimits } from '../config/config.ts';

/** A rule in one line: what triggers it, for which applications, and what it does. */
export function printFollowUp({ name, when, for: whose, do: action }: FollowUpRule): string {
  const { events, phases, startedBy, revisionChanged } = when;
  const event = [
    events.join(' or '),
    phases && `in ${phases.join(' or ')}`,
    startedBy && `started by ${startedBy.join(' or ')}`,
    revisionChanged !== undefined && `with ${revisionChanged ? 'a new' : 'the same'} revision`,
  ];
  const { argocd, appProjects, applications, labels } = whose;
  const application = [
    applications ? `applications ${applications.join(', ')}` : 'all applications',
    labels && `with labels ${labels.map(printRequirement).join(', ')}`,
    appProjects && `in AppProject ${appProjects.join(' or ')}`,
    argocd && `at Argo CD ${argocd.join(' or ')}`,
  ];
  const words = (parts: readonly unknown[]) => parts.filter(Boolean).join(' ');
  return `${name}: on ${words(event)}, of ${words(application)}: ${actionKindOf(action).printDeed(action)}`;
}

/** What annotations may queue, in one line. */
export function printGrant(grant: Grant): string {
  const { argocd, appProjects, organization, azureProjects, pipelines } = grant;
  return `AppProject ${appProjects.join(' or ')}, at Argo CD ${argocd}: pipelines ${pipelines.join(', ')} of Azure project ${azureProjects.join(' or ')} in ${organization}`;
}

/** Which identity queues pipelines. Contains no secret. */
export function printIdentity(identity: AzureIdentity): string {
  switch (identity.kind) {
    case 'workloadIdentity':
      return `workload identity ${identity.clientId} of tenant ${identity.tenant}, by ${identity.tokenFile}`;
    case 'managedIdentity':
      return identity.clientId === undefined
        ? 'the managed identity of this machine'
        : `managed identity ${identity.clientId}`;
    case 'clientSecret':
      return `service principal ${identity.clientId} of tenant ${identity.tenant}, with a secret`;
    case 'clientCertificate':
      return `service principal ${identity.clientId} of tenant ${identity.tenant}, with a certificate`;
    case 'pat':
      return 'a personal access token';
  }
}

/** The limits of follow-ups, in one line. */
export function printFollowUpLimits(limits: FollowUpLimits): string {
  const { catchUp, keepTrying, chainDepth, actionsPerHour } = limits;
  const missed = catchUp === 0 ? 'none' : `last ${printDuration(catchUp)}`;
  return `missed events: ${missed}; retries: ${printDuration(keepTrying)}; chain length: ${chainDepth}; rate: ${actionsPerHour}/h per rule and pipeline`;
}

function printRequirement({ key, operator, values }: LabelRequirement): string {
  switch (operator) {
    case 'exists':
      return key;
    case 'absent':
      return `!${key}`;
    case 'in':
    case 'notin':
      return `${key} ${operator} (${values.join(',')})`;
    case '>':
    case '<':
      return `${key}${operator}${values[0] ?? ''}`;
  }
}
