import { fitsAddress } from '../../follow-ups/grants.ts';
import type { CompleteAddress } from '../../follow-ups/pipeline-address.ts';
import type { ApplicationName } from '../../sync/model/application.ts';
import { fits } from '../../text/glob.ts';
import type { Config } from '../config/config.ts';
import type { HookGrant } from '../config/hooks-config.ts';
import type { HookIdentity } from './hook-identity.ts';
import { namesOf } from './rules.ts';

/** The parts of the configuration that decide what hooks may do. */
export type HookRights = Pick<Config, 'hooks' | 'argocd'>;

/** The application that a hook speaks of. Absent AppProject: not looked up yet. */
export interface HookSubject {
  readonly argocd: string;
  readonly application: ApplicationName;
  readonly appProject: string | undefined;
}

/** The grants of a caller, for any application. */
export function grantsOf(
  { hooks }: HookRights,
  { caller, account }: HookIdentity,
): readonly HookGrant[] {
  return hooks.grants.filter(
    (grant) =>
      grant.caller === caller &&
      (account === undefined ||
        (grant.namespaces.some((pattern) => fits(pattern, account.namespace)) &&
          grant.serviceAccounts.some((pattern) => fits(pattern, account.name)))),
  );
}

/** The grants that cover an application. */
export function grantsFor(
  { argocd: instances }: HookRights,
  grants: readonly HookGrant[],
  { argocd, application, appProject }: HookSubject,
): readonly HookGrant[] {
  const own = instances.find(({ name }) => name === argocd)?.namespace;
  if (own === undefined) return [];
  const names = namesOf(application, own);
  return grants.filter(
    (grant) =>
      grant.argocd === argocd &&
      grant.applications.some((pattern) => names.some((name) => fits(pattern, name))) &&
      (appProject === undefined || grant.appProjects.some((pattern) => fits(pattern, appProject))),
  );
}

/** Whether one of the grants allows the hook to queue a pipeline. */
export function mayQueue(grants: readonly HookGrant[], address: CompleteAddress): boolean {
  return grants.some(({ queue }) => queue.some((patterns) => fitsAddress(patterns, address)));
}

/**
 * Whether any hook in a namespace may queue a pipeline for an application. Asked again before an action is
 * executed, when only the hook's namespace is known.
 */
export function mayHookQueue(
  rights: HookRights,
  {
    namespace,
    address,
    ...subject
  }: HookSubject & {
    readonly namespace: string;
    readonly address: CompleteAddress;
  },
): boolean {
  const inNamespace = rights.hooks.grants.filter(
    ({ namespaces }) =>
      namespaces.length === 0 || namespaces.some((pattern) => fits(pattern, namespace)),
  );
  return mayQueue(grantsFor(rights, inNamespace, subject), address);
}
