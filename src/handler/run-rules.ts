import { organizationName } from '../azure/http/organization-name.ts';
import type { FollowUpRule } from '../follow-ups/follow-up.ts';
import { parseFollowUps } from '../follow-ups/follow-ups-text.ts';
import { isGranted, type Grant } from '../follow-ups/grants.ts';
import type { ApplicationEvent } from '../sync/events/application-event.ts';
import { foldProjectName } from '../text/project-name.ts';
import type { Access } from './http/access.ts';
import type { FollowSpec } from './run.ts';
import type { Store } from './store/store.ts';

/** The rules that a run brought with it (input `followUps`), and where they queue what names no project. */
export interface RunRules {
  readonly rules: readonly FollowUpRule[];
  /** The organization's name, and the id of the project: both proven. */
  readonly organization: string;
  readonly project: string;
  /**
   * Whether the handler may queue it for this application at this moment: by the action `queue` of the
   * rules for whoever ran, and in the run's own project or by a grant for the AppProject.
   */
  readonly mayQueue: (rule: FollowUpRule, application: ApplicationEvent['application']) => boolean;
}

/** What decides what the rules of a run may do. */
export interface RunRulesPorts {
  readonly store: Pick<Store, 'run'>;
  readonly access: Pick<Access, 'denyAll'>;
  /** Those of the configuration of the moment. */
  readonly grants: () => readonly Grant[];
}

/**
 * The rules of the run whose marker an operation carries. The marker is a claim of whoever wrote it:
 * the run must have that very one, and must have proven itself. Rejects with the store's errors.
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
  // What an elder handler took, and this one does not, is left alone.
  if ('problems' in parsed) return undefined;
  const organization = organizationName(spec.address.collection);
  return {
    rules: parsed.value,
    organization,
    project: spec.address.projectId,
    mayQueue: (rule, application) =>
      mayUse(spec, application, access) &&
      (isOwn(rule, organization, spec) ||
        isAllowedElsewhere(rule, { organization, argocd: spec.argocd, application }, grants())),
  };
}

/** By the rules of the moment, and by what was proven: a name that only the request says is none. */
function mayUse(
  { client, argocd, address, proven }: FollowSpec,
  { name, namespace, project }: ApplicationEvent['application'],
  access: Pick<Access, 'denyAll'>,
): boolean {
  const azureProject = { name: proven?.projectName ?? '', id: address.projectId };
  const claim = { client, azureProject, argocd };
  return access.denyAll(claim, [{ name, namespace }], project, ['queue']).length === 0;
}

function isOwn(
  { do: action }: FollowUpRule,
  organization: string,
  { address, proven }: FollowSpec,
): boolean {
  if (action.kind === 'postWebHook') return false;
  const { organization: named = organization, project = address.projectId } = action;
  const own = [address.projectId, ...(proven?.projectName ? [proven.projectName] : [])];
  return isSame(named, organization) && own.some((one) => isSame(one, project));
}

function isAllowedElsewhere(
  { do: action }: FollowUpRule,
  about: {
    readonly organization: string;
    readonly argocd: string;
    readonly application: ApplicationEvent['application'];
  },
  grants: readonly Grant[],
): boolean {
  if (action.kind === 'postWebHook' || action.project === undefined) return false;
  const { organization = about.organization, project, pipeline } = action;
  const { argocd, application } = about;
  const address = { organization, project, pipeline };
  return isGranted(grants, { argocd, appProject: application.project, address });
}

function isSame(one: string, other: string): boolean {
  return foldProjectName(one) === foldProjectName(other);
}
