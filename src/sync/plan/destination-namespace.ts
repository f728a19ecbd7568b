import { isNamespace } from '../model/application.ts';
import type { Application, ResourceKey } from '../model/application.ts';
import type { OperationState, SyncPhase } from '../model/operation.ts';

/**
 * Whether the destination namespace existed when an operation began, which Argo CD does not say:
 * one that `CreateNamespace=true` created is listed first (recordings.md §1). Until anything is
 * listed, an earlier deployment is taken as proof that it existed. The operation's own history
 * entry does not count, so that a later look gives the same answer.
 */
export function namespaceExisted(
  { destinationNamespace, history }: Pick<Application, 'destinationNamespace' | 'history'>,
  { results, startedAt }: Pick<OperationState, 'results' | 'startedAt'>,
): boolean {
  if (results.length > 0) {
    return !results.some(
      (one) => isCreated(one, one.syncPhase) && one.name === destinationNamespace,
    );
  }
  return history.some(
    ({ deployStartedAt, deployedAt }) => (deployStartedAt ?? deployedAt ?? 0) < startedAt,
  );
}

/**
 * Whether it was created by `CreateNamespace=true`, by its name in the results and its phase: a
 * namespace among the manifests carries the destination namespace, as all cluster-scoped objects
 * do.
 */
export function isCreated(key: ResourceKey, phase: SyncPhase | undefined): boolean {
  return phase === 'PreSync' && isNamespace(key) && key.namespace === '';
}
