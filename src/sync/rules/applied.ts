import type { Application, ResourceKey, ResourceStatus } from '../model/application.ts';
import { isFailed } from './explanation.ts';
import type { OperationState } from '../model/operation.ts';

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
  const applied = new Set(
    results
      .filter((result) => result.status === 'Synced' && !isFailed(result))
      .filter(({ hookType }) => hookType === undefined)
      .map(keyOf),
  );
  return unhealthy.filter((resource) => applied.has(keyOf(resource)));
}

/** Results give cluster-scoped resources a namespace, the status does not (argo-cd.md §2.2). */
function keyOf({ group, kind, name }: ResourceKey): string {
  return `${group}/${kind}/${name}`;
}
