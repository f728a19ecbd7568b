import { resourceId, type ResourceKey } from '../model/application.ts';
import { lint, noManifestFinding, duplicateFinding, type Finding } from './finding.ts';
import { hookRoleOf, type HookRole } from './hook.ts';
import { readManifestsInTurns, type Manifest } from './manifest.ts';
import type { DroppedObject } from './plan.ts';
import { scopes } from './scope.ts';

/** A manifest with the name it has in results, and with what its annotations make of it. */
export interface ManifestTarget {
  readonly manifest: Manifest;
  /** A cluster-scoped object carries the destination namespace, too. */
  readonly key: ResourceKey;
  readonly clusterScoped: boolean;
  /** Surely namespaced; neither is set for a custom kind that is defined elsewhere. */
  readonly namespaced: boolean;
  readonly hook: HookRole;
}

/** A target takes as long as so many comparisons. */
const stepsOfTarget = 10;

/** What the manifests of an application become in a plan. */
export interface Targets {
  readonly targets: readonly ManifestTarget[];
  readonly dropped: readonly DroppedObject[];
  readonly findings: readonly Finding[];
}

/**
 * Reads manifests of any shape. Of those with the same key the last one counts, and a namespace on
 * a cluster-scoped object does not (NormalizeTargetObjects in controller/state.go). It yields how many
 * steps it has made since it yielded last.
 */
export function* readTargets(
  values: readonly unknown[],
  destinationNamespace: string,
): Generator<number, Targets> {
  const manifests = yield* readManifestsInTurns(values);
  const known = manifests.filter((manifest) => manifest !== undefined);
  const scopeOf = scopes(known.flatMap(({ defines }) => defines ?? []));

  const byKey = new Map<string, ManifestTarget>();
  const dropped: DroppedObject[] = [];
  const findings: Finding[] = [];
  for (const [position, manifest] of manifests.entries()) {
    yield stepsOfTarget;
    if (manifest === undefined) {
      dropped.push({ key: noKey, reason: 'noManifest' });
      findings.push(noManifestFinding(noKey, position));
      continue;
    }
    const { group, kind, name } = manifest;
    const scope = scopeOf(manifest);
    const clusterScoped = scope === 'cluster';
    const namespaced = scope === 'namespace';
    const namespace = (clusterScoped ? '' : manifest.namespace) || destinationNamespace;
    const key = { group, kind, namespace, name };
    const target = { manifest, key, clusterScoped, namespaced, hook: hookRoleOf(manifest) };
    findings.push(...lint(manifest, target.hook, key));

    // Nameless objects are kept apart: each gets a name of its own.
    const id = name === '' ? `${resourceId(key)}\n${position}` : resourceId(key);
    if (byKey.has(id)) {
      dropped.push({ key, reason: 'duplicate' });
      findings.push(duplicateFinding(key));
    }
    byKey.set(id, target);
  }
  return { targets: [...byKey.values()], dropped, findings };
}

const noKey: ResourceKey = { group: '', kind: '', namespace: '', name: '' };
