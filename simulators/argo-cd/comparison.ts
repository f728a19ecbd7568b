import type { Application, Health, HealthStatus, ResourceStatus } from './application.ts';
import { healthOf, worst } from './health.ts';
import { isInSync } from './cluster.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { annotation, groupOf, keyOf, keyText, versionOf } from './kubernetes-object.ts';
import { roleOf, waveOf } from './ordering.ts';
import { imagesOf } from './workloads.ts';

const trackingId = 'argocd.argoproj.io/tracking-id';

export interface Comparison {
  readonly status: 'Synced' | 'OutOfSync';
  readonly resources: readonly ResourceStatus[];
  readonly health: ReadonlyMap<string, Health>;
  readonly applicationHealth: HealthStatus;
  readonly images: readonly string[];
  /** Objects that another application also manages: `Kind/name` and the owner. */
  readonly shared: readonly { readonly object: string; readonly owner: string }[];
}

function ownerOf(object: KubernetesObject): string | undefined {
  return annotation(object, trackingId)?.split(':')[0];
}

/** The live objects that carry an application's tracking id. */
export function trackedObjects(
  application: string,
  live: Iterable<KubernetesObject>,
): readonly KubernetesObject[] {
  return [...live].filter((object) => ownerOf(object) === application);
}

/** Whether the tracking id names the object itself: a generated hook's id was made without a name. */
function isSelfTracked({ metadata }: KubernetesObject, tracking: string): boolean {
  return tracking.endsWith(`/${metadata.name ?? ''}`);
}

function identity(object: KubernetesObject): ResourceStatus {
  const { group, kind, namespace, name } = keyOf(object);
  return {
    ...(group && { group }),
    version: versionOf(object),
    kind,
    ...(namespace && { namespace }),
    name,
  };
}

function hookStatus(live: KubernetesObject): ResourceStatus {
  const selfTracked = isSelfTracked(live, annotation(live, trackingId) ?? '');
  const wave = selfTracked ? waveOf(live) : 0;
  return {
    ...identity(live),
    hook: true,
    ...(selfTracked && { requiresPruning: true }),
    ...(wave !== 0 && { syncWave: wave }),
  };
}

/** Compares a target state with the live state, like the controller does (argo-cd.md §2). */
export function compare(
  { metadata: { name } }: Application,
  targets: readonly KubernetesObject[],
  live: ReadonlyMap<string, KubernetesObject>,
): Comparison {
  const resources: ResourceStatus[] = [];
  const health = new Map<string, Health>();
  const healths: HealthStatus[] = [];
  const shared: { object: string; owner: string }[] = [];
  const seen = new Set<string>();
  let anyLive = false;
  for (const target of targets) {
    if (roleOf(target).role !== 'resource') continue;
    const key = keyText(keyOf(target));
    seen.add(key);
    const object = live.get(key);
    const wave = waveOf(target);
    const owner = object && ownerOf(object);
    if (owner && owner !== name)
      shared.push({ object: `${target.kind}/${target.metadata.name ?? ''}`, owner });
    const found: Health = object ? healthOf(object) : { status: 'Missing' };
    if (object) {
      anyLive = true;
      if (found.status) healths.push(found.status);
    }
    health.set(key, found);
    resources.push({
      ...identity(target),
      status: object && isInSync(target, object) ? 'Synced' : 'OutOfSync',
      ...(wave !== 0 && { syncWave: wave }),
    });
  }
  const tracked = trackedObjects(name, live.values());
  for (const object of tracked) {
    const key = keyText(keyOf(object));
    if (seen.has(key)) continue;
    health.set(key, healthOf(object));
    if (roleOf(object).role === 'hook') {
      resources.push(hookStatus(object));
      continue;
    }
    anyLive = true;
    const status = healthOf(object).status;
    if (status) healths.push(status);
    resources.push({
      ...identity(object),
      status: 'OutOfSync',
      requiresPruning: true,
    });
  }
  const sortKey = (resource: ResourceStatus) => keyText({ group: '', namespace: '', ...resource });
  resources.sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
  const outOfSync = resources.some(({ status }) => status === 'OutOfSync');
  return {
    status: outOfSync ? 'OutOfSync' : 'Synced',
    resources,
    health,
    applicationHealth: resources.length > 0 && !anyLive ? 'Missing' : worst(healths),
    images: runningImages(tracked, live),
    shared,
  };
}

/** The images of the pods that an application's objects own. */
function runningImages(
  tracked: readonly KubernetesObject[],
  live: ReadonlyMap<string, KubernetesObject>,
): readonly string[] {
  const owners = new Set(tracked.map((object) => keyText(keyOf(object))));
  const pods = [...live.values()].filter(
    (object) =>
      object.kind === 'Pod' &&
      groupOf(object) === '' &&
      (owners.has(String(object.owner)) || owners.has(keyText(keyOf(object)))),
  );
  return [...new Set(pods.flatMap(imagesOf))].sort();
}
