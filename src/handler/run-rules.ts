import { organizationName } from '../azure/http/organization-name.ts';
import { actionKindOf } from '../follow-ups/action-kinds/action-kinds.ts';
import { parseFollowUps } from '../follow-ups/follow-ups-text.ts';
import type { Grant } from '../follow-ups/grants.ts';
import { isInReach, type QueueReach } from './access/queue-reach.ts';
import type { Action } from './config/config.ts';
import type { RunEvent, RunRules } from './follow-ups/follow-up-ports.ts';
import type { Access } from './http/access.ts';
import { provenProject } from './rights.ts';
import type { FollowSpec, Run } from './run.ts';
import type { Store } from './store/store.ts';

/** What determines what the rules of a run may do. */
export interface RunRulesPorts {
  readonly store: Pick<Store, 'run'>;
  readonly access: Pick<Access, 'denyAll'>;
  /** Those of the current configuration. */
  readonly grants: () => readonly Grant[];
  /** Where an Argo CD runs; undefined where it is not configured. */
  readonly namespaceOf: (argocd: string) => string | undefined;
}

/** Argo CD's clock and ours may differ by so much, milliseconds. */
const clockDifference = 60_000;

/**
 * The rules of the run whose marker an operation carries. Anyone who can read an application can write
 * its marker into another one, so the run must have exactly this one, must have proven itself, and must
 * have requested this application, in this Argo CD, while it was open. Rejects with the store's errors.
 */
export async function rulesOfRun(
  marker: string,
  { store, access, grants, namespaceOf }: RunRulesPorts,
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
    mayQueue: (rule, event, argocd) =>
      spec.argocd === argocd &&
      isOwn(run, spec, event, namespaceOf(argocd)) &&
      mayUse(spec, event.application, actionKindOf(rule.do).permission, access) &&
      isInReach(rule, reachOf(spec, organization, event.application.project), grants()),
  };
}

/** Whether the run requested the application, and had not ended when the operation began. */
function isOwn(
  { names, endedAt = Infinity }: Pick<Run, 'names' | 'endedAt'>,
  { request: { subject } }: FollowSpec,
  { application, operation }: RunEvent,
  ownNamespace: string | undefined,
): boolean {
  // A selector that has not been read yet has found nothing to sync.
  const asked = 'names' in subject ? subject.names : (names ?? []);
  const { name, namespace } = application;
  return (
    operation !== undefined &&
    operation.startedAt <= endedAt + clockDifference &&
    asked.some((each) => each.name === name && (each.namespace ?? ownNamespace) === namespace)
  );
}

/** By the current rules and what was proven; a project name that is only claimed does not count. */
function mayUse(
  spec: FollowSpec,
  { name, namespace, project }: RunEvent['application'],
  needed: Action | undefined,
  access: Pick<Access, 'denyAll'>,
): boolean {
  if (needed === undefined) return false;
  const { client, argocd } = spec;
  const claim = { client, azureProject: provenProject(spec), argocd };
  return access.denyAll(claim, [{ name, namespace }], project, [needed]).length === 0;
}

function reachOf(
  { argocd, address, proven }: FollowSpec,
  organization: string,
  appProject: string,
): QueueReach {
  const projects = [address.projectId, ...(proven?.projectName ? [proven.projectName] : [])];
  return { organization, projects, argocd, appProject };
}
