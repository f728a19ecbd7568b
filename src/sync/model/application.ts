import type { Hydrator } from './hydrator.ts';
import type { Operation, OperationState, StoredRetry } from './operation.ts';

/** Names one Argo CD Application: `namespace` is absent where the server's own is meant. */
export interface ApplicationName {
  readonly name: string;
  readonly namespace?: string;
}

/** How the live state compares with Git, in Argo CD's words. */
export type SyncStatus = 'Synced' | 'OutOfSync' | 'Unknown';

/** Best to worst, as Argo CD ranks them. */
export const healthStatuses = [
  'Healthy',
  'Suspended',
  'Progressing',
  'Missing',
  'Degraded',
  'Unknown',
] as const;
export type HealthStatus = (typeof healthStatuses)[number];

/** Health of an application or resource. `message` is foreign text. */
export interface Health {
  readonly status: HealthStatus;
  readonly message: string;
}

/** One Kubernetes object as Argo CD names it. `group` is empty for the core group. */
export interface ResourceKey {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** A resource that the application manages, with its own sync and health. */
export interface ResourceStatus extends ResourceKey {
  readonly status: SyncStatus | undefined;
  /** Absent where Argo CD keeps no health for the kind, or did not fill it (3.0 and later, lists). */
  readonly health: Health | undefined;
  readonly hook: boolean;
  readonly requiresPruning: boolean;
}

/** An entry of `status.conditions`, such as `ComparisonError`. `message` is foreign text. */
export interface Condition {
  /** Ends in `Error`, `Warning` or `Info`, which is its class. */
  readonly type: string;
  readonly message: string;
}

/** A deployment that succeeded: Argo CD writes one per full, non-dry-run operation. */
export interface HistoryEntry {
  readonly id: number;
  /** One per source; a Helm source's is the chart version. */
  readonly revisions: readonly string[];
  /** Text that is equal exactly when the sources are (repository, path, parameters). */
  readonly sources: string;
  readonly deployStartedAt: number | undefined;
  readonly deployedAt: number | undefined;
  readonly initiatedBy: string;
  /** It was deployed by auto-sync. */
  readonly automated: boolean;
}

/**
 * Where manifests come from; `path`, `chart` and `targetRevision` are empty where they are not set.
 */
export interface Source {
  readonly repoURL: string;
  readonly path: string;
  readonly chart: string;
  readonly targetRevision: string;
  /**
   * Text that is equal exactly when the rest of the source is (Helm, Kustomize, plugin); empty
   * where there is no more, absent where it was not read.
   */
  readonly settings?: string;
}

/**
 * What we keep of an Argo CD Application, read from its API through a schema.
 * All times are milliseconds since the epoch; Argo CD writes whole seconds.
 */
export interface Application {
  readonly name: string;
  readonly namespace: string;
  /** The identity of an application: one recreated under the same name has another. */
  readonly uid: string;
  readonly resourceVersion: string;
  readonly project: string;
  /** No more of them than an application has; foreign text. */
  readonly labels: Readonly<Record<string, string>>;
  /** Those whose names begin with `ownAnnotationPrefix`, and no more of them than mean something. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly deleting: boolean;
  /** `argocd.argoproj.io/skip-reconcile: "true"`: the controller leaves it alone, operations too. */
  readonly skipReconcile: boolean;
  readonly sources: readonly Source[];
  readonly multiSource: boolean;
  /** Absent where Git is synced as pushed; otherwise the only source is the synced one. */
  readonly hydrator: Hydrator | undefined;
  readonly destinationNamespace: string;
  readonly autoSync: boolean;
  readonly syncOptions: readonly string[];
  /** How often failed attempts are repeated unless a request says so itself. */
  readonly retry: StoredRetry;
  /** Requested and not finished: pending until `operationState` shows it. */
  readonly operation: Operation | undefined;
  /** The running or the last operation. */
  readonly operationState: OperationState | undefined;
  readonly sync: { readonly status: SyncStatus; readonly revisions: readonly string[] };
  readonly health: Health;
  readonly resources: readonly ResourceStatus[];
  readonly conditions: readonly Condition[];
  /** Oldest first. */
  readonly history: readonly HistoryEntry[];
  /** What the newest entry was deployed from; absent where unknown. */
  readonly deployedSources?: readonly Source[] | undefined;
  readonly reconciledAt: number | undefined;
  /** The tags that point to requested commits, by SHA; not part of a snapshot. */
  readonly tags?: Readonly<Record<string, readonly string[]>>;
  /** Images of the running pods. */
  readonly images: readonly string[];
}

/** What the names of annotations begin with that are for us. */
export const ownAnnotationPrefix = 'azure-pipelines/';

/** The name a person would type: `name`, or `namespace/name`. */
export function printName({ namespace, name }: ApplicationName): string {
  return namespace ? `${namespace}/${name}` : name;
}

/** Identifies a resource within an application: a map key, not for people. */
export function resourceId({ group, kind, namespace, name }: ResourceKey): string {
  return [group, kind, namespace, name].join('\n');
}

/** The same for objects that differ only in namespace, which Argo CD does not always show. */
export function namesakeId({ group, kind, name }: Omit<ResourceKey, 'namespace'>): string {
  return [group, kind, name].join('\n');
}

/** Identifies a kind of resource, regardless of version. */
export function kindId({ group, kind }: Pick<ResourceKey, 'group' | 'kind'>): string {
  return `${group}/${kind}`;
}

/** Whether it is a Namespace; with `name`, that particular one. */
export function isNamespace(key: Omit<ResourceKey, 'namespace'>, name = key.name): boolean {
  return key.group === '' && key.kind === 'Namespace' && key.name === name;
}

/** `Deployment/web`; with the group unless it is one of Kubernetes' own. */
export function printKey({ group, kind, name }: ResourceKey): string {
  const isOwn = !group.includes('.') || group.endsWith('.k8s.io');
  return isOwn ? `${kind}/${name}` : `${group}/${kind}/${name}`;
}

/** The child Applications that an application manages (app of apps), without those to be pruned. */
export function childrenOf({ resources }: Application): readonly ApplicationName[] {
  return resources
    .filter(
      ({ group, kind, requiresPruning }) =>
        group === 'argoproj.io' && kind === 'Application' && !requiresPruning,
    )
    .map(({ name, namespace }) => ({ name, namespace }));
}
