import { isNamespace } from '../model/application.ts';
import type { Application, ResourceKey } from '../model/application.ts';
import type { OperationState, SyncPhase } from '../model/operation.ts';

/**
 * Whether the destination namespace was there when an operation began, which Argo CD does not say: one
 * that `CreateNamespace=true` made is listed before everything else (recordings.md §1). Until
 * anything is listed, whoever has deployed before has made it. The operation's own entry in the history
 * does not count: it must read the same to whoever looks later.
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
 * Whether it is what `CreateNamespace=true` makes, by its name in the results and its phase: a namespace
 * of the manifests carries the destination namespace, as all that is cluster-scoped does.
 */
export function isCreated(key: ResourceKey, phase: SyncPhase | undefined): boolean {
  return phase === 'PreSync' && isNamespace(key) && key.namespace === '';
}
