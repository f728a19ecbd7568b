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

/** A run, as far as its rights go. */
export type Entitled = Pick<Run, 'id' | 'names'> & { readonly spec: FollowSpec };

/**
 * What a proven run may touch in Argo CD, by the rules of the moment and by what was last proven of
 * it: a name of its Azure project that only the request says is none.
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
      // What an application manages is only looked at.
      const wanted = isTarget(application, current()) ? needed : (['gate'] as const);
      const denial = ask(application, appProject, wanted);
      return denial && new AccessDenied(denial.message, denial.advice);
    },
    // Whoever may look at the application above sees what it manages, and how that does.
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

/** Whether it is one of those that were asked for; until a selector was read, all may be. */
function isTarget(application: ApplicationName, { spec, names }: Entitled): boolean {
  const { subject } = spec.request;
  const targets = 'names' in subject ? subject.names : names;
  return targets === undefined || printedNames(targets).has(printName(application));
}

/** Of each list of names: a run of a thousand is asked for each message of each of them. */
const printed = new WeakMap<readonly ApplicationName[], ReadonlySet<string>>();

function printedNames(names: readonly ApplicationName[]): ReadonlySet<string> {
  const known = printed.get(names);
  if (known !== undefined) return known;
  const made = new Set(names.map(printName));
  printed.set(names, made);
  return made;
}

/**
 * Whether the rules allow nothing of it as long as the name of the Azure project is not proven: an id
 * cannot be claimed falsely, and some rules go by that alone, or are for all projects.
 */
export function goesByName(
  { client, argocd, address, request }: FollowSpec,
  access: Pick<Access, 'denyRequest'>,
): boolean {
  const azureProject = { name: '', id: address.projectId };
  return access.denyRequest({ client, azureProject, argocd }, request).length > 0;
}

/** Why the rules do not allow what a run asks for, by what was last proven of it; undefined: they do. */
export function denialOf(
  spec: FollowSpec,
  access: Pick<Access, 'denyRequest'>,
): string | undefined {
  const { client, argocd, request } = spec;
  const azureProject = provenProject(spec);
  const [denial] = access.denyRequest({ client, azureProject, argocd }, request);
  return denial && `${denial.message}. ${denial.advice}`;
}

/** The Azure project of a run for the rules; its name only where it is proven. */
export function provenProject({ address, proven }: Pick<FollowSpec, 'address' | 'proven'>) {
  return { name: proven?.projectName ?? '', id: address.projectId };
}
