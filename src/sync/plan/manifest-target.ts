import { resourceId, type ResourceKey } from '../model/application.ts';
import { hookRoleOf, type HookRole } from './hook.ts';
import { readManifestsInTurns, type Manifest } from './manifest.ts';
import { scopes } from './scope.ts';

/** A manifest with its key in results, and with what its annotations mean. */
export interface ManifestTarget {
  readonly manifest: Manifest;
  /** A cluster-scoped object carries the destination namespace, too. */
  readonly key: ResourceKey;
  readonly clusterScoped: boolean;
  /** Certainly namespaced; neither is set for a custom kind that is defined elsewhere. */
  readonly namespaced: boolean;
  readonly hook: HookRole;
}

/** The cost of a target, in comparisons. */
const stepsOfTarget = 10;

/**
 * Reads manifests of any shape; anything but a Kubernetes object is left out. Of those with the
 * same key the last one counts, and a namespace on a cluster-scoped object does not
 * (NormalizeTargetObjects in controller/state.go). It yields how many steps it has made since it
 * yielded last.
 */
export function* readTargets(
  values: readonly unknown[],
  destinationNamespace: string,
): Generator<number, readonly ManifestTarget[]> {
  const manifests = yield* readManifestsInTurns(values);
  const known = manifests.filter((manifest) => manifest !== undefined);
  const scopeOf = scopes(known.flatMap(({ defines }) => defines ?? []));

  const byKey = new Map<string, ManifestTarget>();
  for (const [position, manifest] of manifests.entries()) {
    yield stepsOfTarget;
    if (manifest === undefined) continue;
    const { group, kind, name } = manifest;
    const scope = scopeOf(manifest);
    const clusterScoped = scope === 'cluster';
    const namespaced = scope === 'namespace';
    const namespace = (clusterScoped ? '' : manifest.namespace) || destinationNamespace;
    const key = { group, kind, namespace, name };
    // Nameless objects are kept apart: each gets a name of its own.
    const id = name === '' ? `${resourceId(key)}\n${position}` : resourceId(key);
    byKey.set(id, { manifest, key, clusterScoped, namespaced, hook: hookRoleOf(manifest) });
  }
  return [...byKey.values()];
}
