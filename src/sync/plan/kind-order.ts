/**
 * Kinds in the order in which Argo CD applies them within one wave. The API group does not count.
 * Source: gitops-engine, pkg/sync/sync_tasks.go (unchanged since Argo CD 2.4).
 */
const kinds = [
  'Namespace',
  'NetworkPolicy',
  'ResourceQuota',
  'LimitRange',
  'PodSecurityPolicy',
  'PodDisruptionBudget',
  'ServiceAccount',
  'Secret',
  'SecretList',
  'ConfigMap',
  'StorageClass',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'CustomResourceDefinition',
  'ClusterRole',
  'ClusterRoleList',
  'ClusterRoleBinding',
  'ClusterRoleBindingList',
  'Role',
  'RoleList',
  'RoleBinding',
  'RoleBindingList',
  'Service',
  'DaemonSet',
  'Pod',
  'ReplicationController',
  'ReplicaSet',
  'Deployment',
  'HorizontalPodAutoscaler',
  'StatefulSet',
  'Job',
  'CronJob',
  'IngressClass',
  'Ingress',
  'APIService',
] as const;

const ranks: ReadonlyMap<string, number> = new Map(
  kinds.map((kind, index) => [kind, index - kinds.length]),
);

/** Below 0 for the kinds in the list; 0, the last rank, for all others. */
export function kindRank(kind: string): number {
  return ranks.get(kind) ?? 0;
}

/** Compares as Go compares strings, by their UTF-8 bytes, which is by code point. */
export function compareBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const unitA = a.charCodeAt(index);
    const unitB = b.charCodeAt(index);
    // UTF-16 puts surrogates, which begin at U+10000, below U+E000 to U+FFFF.
    if (unitA !== unitB) return lift(unitA) - lift(unitB);
  }
  return a.length - b.length;
}

function lift(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
