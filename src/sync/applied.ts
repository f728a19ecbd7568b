import type { Application, ResourceKey, ResourceStatus } from './application.ts';
import { isFailed } from './explanation.ts';
import type { OperationState } from './operation.ts';

/** What an operation that goes on has applied and is not well yet: its wave waits for it. */
export function unhealthyApplied(
  { resources }: Pick<Application, 'resources'>,
  { results }: Pick<OperationState, 'results'>,
): readonly ResourceStatus[] {
  const applied = new Set(
    results
      .filter((result) => result.status === 'Synced' && !isFailed(result))
      .filter(({ hookType }) => hookType === undefined)
      .map(keyOf),
  );
  return resources.filter(
    (resource) =>
      resource.health !== undefined &&
      resource.health.status !== 'Healthy' &&
      applied.has(keyOf(resource)),
  );
}

/** Results give cluster-scoped resources a namespace, the status does not (argo-cd.md §2.2). */
function keyOf({ group, kind, name }: ResourceKey): string {
  return JSON.stringify([group, kind, name]);
}
