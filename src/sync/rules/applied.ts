import type { Application, ResourceStatus } from '../model/application.ts';
import { KeySet } from '../model/key-set.ts';
import { isFailed } from './explanation.ts';
import type { OperationState, ResourceResult } from '../model/operation.ts';

/** What a running operation has applied and is not healthy yet: its wave waits for it. */
export function unhealthyApplied(
  { resources }: Pick<Application, 'resources'>,
  { results }: Pick<OperationState, 'results'>,
): readonly ResourceStatus[] {
  const unhealthy = resources.filter(
    ({ health }) => health !== undefined && health.status !== 'Healthy',
  );
  // Looks are frequent, and usually everything is healthy.
  if (unhealthy.length === 0) return [];
  const applied = appliedResources(
    results.filter((result) => !isFailed(result) && result.hookType === undefined),
  );
  return unhealthy.filter((resource) => applied.fits(resource));
}

/**
 * The resources that an operation has applied, for lookups by the keys of the status, which gives
 * cluster-scoped ones no namespace, while results do (argo-cd.md §2.2).
 */
export function appliedResources(results: readonly ResourceResult[]): KeySet {
  return new KeySet(results.filter(({ status }) => status === 'Synced'));
}
