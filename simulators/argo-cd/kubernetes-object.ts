export interface ObjectMetadata {
  name?: string;
  generateName?: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  annotations?: Record<string, string>;
  labels?: Record<string, string>;
  [field: string]: unknown;
}

/** A manifest, or the live object made from it. */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMetadata;
  spec?: Record<string, unknown>;
  status?: Record<string, unknown>;
  [field: string]: unknown;
}

export interface ObjectKey {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

export function groupOf({ apiVersion }: KubernetesObject): string {
  return apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
}

export function versionOf({ apiVersion }: KubernetesObject): string {
  return apiVersion.split('/').at(-1) ?? '';
}

export function keyOf(object: KubernetesObject): ObjectKey {
  return {
    group: groupOf(object),
    kind: object.kind,
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name ?? '',
  };
}

/** One text per object, which sorts like Argo CD sorts `status.resources`. */
export function keyText({ group, kind, namespace, name }: ObjectKey): string {
  return `${group}/${kind}/${namespace}/${name}`;
}

export function annotation(object: KubernetesObject, name: string): string | undefined {
  const value = object.metadata.annotations?.[name];
  return typeof value === 'string' ? value : undefined;
}

/** The items of a comma-separated annotation, trimmed, without empty ones. */
export function annotationList(object: KubernetesObject, name: string): readonly string[] {
  return (annotation(object, name) ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

const clusterScoped = new Set([
  'Namespace',
  'PersistentVolume',
  'StorageClass',
  'ClusterRole',
  'ClusterRoleBinding',
  'IngressClass',
  'PriorityClass',
  'CustomResourceDefinition',
  'APIService',
  'PodSecurityPolicy',
]);

export function isClusterScoped({ kind }: { readonly kind: string }): boolean {
  return clusterScoped.has(kind);
}

/** Removes an annotation like a merge patch does: the last one removes the map. */
export function dropAnnotation(
  metadata: { annotations?: Record<string, string> },
  name: string,
): void {
  const others = Object.entries(metadata.annotations ?? {}).filter(([other]) => other !== name);
  if (others.length > 0) metadata.annotations = Object.fromEntries(others);
  else delete metadata.annotations;
}
