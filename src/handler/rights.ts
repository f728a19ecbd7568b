import type { Logger } from 'pino';
import { AccessDenied } from '../follow/access-denied.ts';
import { printName } from '../sync/model/application.ts';
import type { ApplicationName } from '../sync/model/application.ts';
import { plainLine } from '../text/foreign-text.ts';
import { requiredActions } from './access/required-actions.ts';
import { actions, type Action } from './config/config.ts';
import type { Access } from './http/access.ts';
import type { FollowSpec, Run } from './run.ts';
import type { RunRights } from './watch/guarded-argo-cd.ts';

/** What the rights of a run depend on. */
export type Entitled = Pick<Run, 'id' | 'names'> & { readonly spec: FollowSpec };

/**
 * What a proven run may touch in Argo CD, by the current rules and what was last proven. A project name that
 * is only claimed does not count.
 */
export function rightsOf(
  current: () => Entitled,
  access: Pick<Access, 'denyAll'>,
  logger: Pick<Logger, 'warn'>,
): RunRights {
  const { client, argocd, request } = current().spec;
  const needed = requiredActions(request);
  const told = new Set<string>();
  const ask = (application: ApplicationName, appProject = '', wanted: readonly Action[]) => {
    const azureProject = provenProject(current().spec);
    return access.denyAll({ client, azureProject, argocd }, [application], appProject, wanted)[0];
  };
  return {
    deny: (application, appProject) => {
      // Applications that another one manages are only read.
      const wanted = isTarget(application, current()) ? needed : (['gate'] as const);
      const denial = ask(application, appProject, wanted);
      return denial && new AccessDenied(denial.message, denial.advice);
    },
    // Whoever may see the parent application can see these and their state in it.
    mayKnowOf: (application, appProject) =>
      !isTarget(application, current()) ||
      actions.some((action) => ask(application, appProject, [action]) === undefined),
    onWithheld: (application, appProject) => {
      const name = printName(application);
      if (told.has(name)) return;
      told.add(name);
      const about = { run: current().id, client, argocd, appProject: plainLine(appProject) };
      logger.warn(
        { ...about, application: plainLine(name) },
        'application exists, but no rule allows the run to use it',
      );
    },
  };
}

/** Whether the application was requested. Until a selector is resolved, any may be. */
function isTarget(application: ApplicationName, { spec, names }: Entitled): boolean {
  const { subject } = spec.request;
  const targets = 'names' in subject ? subject.names : names;
  return targets === undefined || printedNames(targets).has(printName(application));
}

/** Cached per list of names: a run of a thousand applications asks for each message of each of them. */
const printed = new WeakMap<readonly ApplicationName[], ReadonlySet<string>>();

function printedNames(names: readonly ApplicationName[]): ReadonlySet<string> {
  const known = printed.get(names);
  if (known !== undefined) return known;
  const made = new Set(names.map(printName));
  printed.set(names, made);
  return made;
}

/**
 * Whether the rules allow nothing until the name of the Azure project is proven. Ids are not spoofable, and
 * some rules match by id or allow all projects.
 */
export function goesByName(
  { client, argocd, address, request }: FollowSpec,
  access: Pick<Access, 'denyRequest'>,
): boolean {
  const azureProject = { name: '', id: address.projectId };
  return access.denyRequest({ client, azureProject, argocd }, request).length > 0;
}

/** Why the rules do not allow what a run requests, by what was last proven; undefined: they do. */
export function denialOf(
  spec: FollowSpec,
  access: Pick<Access, 'denyRequest'>,
): string | undefined {
  const { client, argocd, request } = spec;
  const azureProject = provenProject(spec);
  const [denial] = access.denyRequest({ client, azureProject, argocd }, request);
  return denial && `${denial.message}. ${denial.advice}`;
}

/** The Azure project of a run, for the rules. Its name is used only if it is proven. */
export function provenProject({ address, proven }: Pick<FollowSpec, 'address' | 'proven'>) {
  return { name: proven?.projectName ?? '', id: address.projectId };
}
