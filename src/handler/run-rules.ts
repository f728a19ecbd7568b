import { organizationName } from '../azure/http/organization-name.ts';
import { parseFollowUps } from '../follow-ups/follow-ups-text.ts';
import type { Grant } from '../follow-ups/grants.ts';
import type { ApplicationEvent } from '../sync/events/application-event.ts';
import { isInReach, type QueueReach } from './access/queue-reach.ts';
import type { RunRules } from './follow-ups/follow-up-ports.ts';
import type { Access } from './http/access.ts';
import { provenProject } from './rights.ts';
import type { FollowSpec } from './run.ts';
import type { Store } from './store/store.ts';

/** What determines what the rules of a run may do. */
export interface RunRulesPorts {
  readonly store: Pick<Store, 'run'>;
  readonly access: Pick<Access, 'denyAll'>;
  /** Those of the current configuration. */
  readonly grants: () => readonly Grant[];
}

/**
 * The rules of the run whose marker an operation carries. Anyone can write a marker, so the run must have
 * exactly this one and must have proven itself. Rejects with the store's errors.
 */
export async function rulesOfRun(
  marker: string,
  { store, access, grants }: RunRulesPorts,
): Promise<RunRules | undefined> {
  const run = await store.run(marker.split('/').at(-1) ?? '');
  if (run?.marker !== marker || run.spec.kind === 'claim') return undefined;
  const { spec } = run;
  const { followUps } = spec.request;
  if (spec.proven === undefined || followUps === undefined) return undefined;
  const parsed = parseFollowUps(followUps);
  // Rules that an older handler accepted and this one refuses are ignored.
  if ('problems' in parsed) return undefined;
  const organization = organizationName(spec.address.collection);
  return {
    rules: parsed.value,
    organization,
    project: spec.address.projectId,
    mayQueue: (rule, application) =>
      mayUse(spec, application, access) &&
      isInReach(rule, reachOf(spec, organization, application.project), grants()),
  };
}

/** By the current rules and what was proven; a project name that is only claimed does not count. */
function mayUse(
  spec: FollowSpec,
  { name, namespace, project }: ApplicationEvent['application'],
  access: Pick<Access, 'denyAll'>,
): boolean {
  const { client, argocd } = spec;
  const claim = { client, azureProject: provenProject(spec), argocd };
  return access.denyAll(claim, [{ name, namespace }], project, ['queue']).length === 0;
}

function reachOf(
  { argocd, address, proven }: FollowSpec,
  organization: string,
  appProject: string,
): QueueReach {
  const projects = [address.projectId, ...(proven?.projectName ? [proven.projectName] : [])];
  return { organization, projects, argocd, appProject };
}
