import type { Application, Health } from './application.ts';
import type { Cluster } from './cluster.ts';
import { healthOf } from './health.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { groupOf, keyOf, keyText, versionOf } from './kubernetes-object.ts';
import { imagesOf } from './workloads.ts';

interface TreeNode {
  readonly group?: string;
  readonly version: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly createdAt?: string;
  readonly health?: Health;
  readonly images?: readonly string[];
  readonly parentRefs?: readonly Record<string, string>[];
}

function node(object: KubernetesObject): TreeNode {
  const { group, kind, namespace, name } = keyOf(object);
  const health = healthOf(object);
  const images = kind === 'Pod' ? imagesOf(object) : [];
  const { uid, resourceVersion, creationTimestamp } = object.metadata;
  return {
    ...(group && { group }),
    version: versionOf(object),
    kind,
    ...(namespace && { namespace }),
    name,
    ...(uid && { uid }),
    ...(resourceVersion && { resourceVersion }),
    ...(images.length > 0 && { images }),
    ...(health.status && { health }),
    ...(creationTimestamp && { createdAt: creationTimestamp }),
  };
}

/** `GET …/resource-tree`: what the application manages and the pods below it. */
export function resourceTree(
  shown: Application,
  cluster: Cluster,
): { nodes?: readonly TreeNode[] } {
  const nodes = (shown.status.resources ?? []).flatMap((resource): TreeNode[] => {
    const key = { group: '', namespace: '', ...resource };
    const object = cluster.get(key);
    if (!object) {
      const { group, version, kind, namespace, name, health } = resource;
      return [
        {
          ...(group && { group }),
          version,
          kind,
          ...(namespace && { namespace }),
          name,
          ...(health && { health }),
        },
      ];
    }
    const pods = cluster.objects().filter((pod) => pod.owner === keyText(key));
    const { kind, metadata } = object;
    const parent = {
      ...(groupOf(object) && { group: groupOf(object) }),
      kind,
      namespace: metadata.namespace ?? '',
      name: metadata.name ?? '',
      uid: metadata.uid ?? '',
    };
    return [node(object), ...pods.map((pod) => ({ ...node(pod), parentRefs: [parent] }))];
  });
  return nodes.length > 0 ? { nodes } : {};
}
