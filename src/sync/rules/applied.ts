import type { Application, ResourceStatus } from '../model/application.ts';
import { KeySet } from '../model/key-set.ts';
import { isFailed } from './explanation.ts';
import type { OperationState, ResourceResult } from '../model/operation.ts';

/** What an operation that goes on has applied and is not well yet: its wave waits for it. */
export function unhealthyApplied(
  { resources }: Pick<Application, 'resources'>,
  { results }: Pick<OperationState, 'results'>,
): readonly ResourceStatus[] {
  const unhealthy = resources.filter(
    ({ health }) => health !== undefined && health.status !== 'Healthy',
  );
  // Argo CD is looked at often, and mostly all is well.
  if (unhealthy.length === 0) return [];
  const applied = appliedResources(
    results.filter((result) => !isFailed(result) && result.hookType === undefined),
  );
  return unhealthy.filter((resource) => applied.fits(resource));
}

/**
 * What an operation has applied, to be asked for resources of the status: that gives cluster-scoped ones
 * no namespace, and results do (argo-cd.md §2.2).
 */
export function appliedResources(results: readonly ResourceResult[]): KeySet {
  return new KeySet(results.filter(({ status }) => status === 'Synced'));
}
