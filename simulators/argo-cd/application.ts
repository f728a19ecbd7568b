import type { ObjectMetadata } from './kubernetes-object.ts';

export interface Source {
  repoURL: string;
  path?: string;
  targetRevision?: string;
  [field: string]: unknown;
}

/** `spec.sourceHydrator`: what is pushed is rendered onto a branch, which is then synced. */
export interface HydratorSpec {
  drySource: Source;
  syncSource: { targetBranch: string; path: string };
  hydrateTo?: { targetBranch: string };
}

export interface Rendered {
  drySHA: string;
  hydratedSHA: string;
}

export interface HydratorStatus {
  lastSuccessfulOperation?: Rendered & { sourceHydrator: HydratorSpec };
  currentOperation?: Partial<Rendered> & {
    startedAt: string;
    finishedAt?: string;
    phase: 'Hydrating' | 'Failed' | 'Hydrated';
    message: string;
    sourceHydrator: HydratorSpec;
  };
  lastComparedDryRevision?: string;
}

export interface RetryStrategy {
  limit?: number;
  refresh?: boolean;
  backoff?: { duration?: string; factor?: number; maxDuration?: string };
}

export interface ApplicationSpec {
  project: string;
  source?: Source;
  sources?: Source[];
  sourceHydrator?: HydratorSpec;
  destination: { server?: string; name?: string; namespace?: string };
  syncPolicy?: {
    automated?: { prune?: boolean; selfHeal?: boolean; enabled?: boolean };
    syncOptions?: string[];
    retry?: RetryStrategy;
  };
  revisionHistoryLimit?: number;
  [field: string]: unknown;
}

export interface SyncResource {
  group?: string;
  kind: string;
  name: string;
  namespace?: string;
}

export interface SyncOperation {
  revision?: string;
  revisions?: string[];
  prune?: boolean;
  dryRun?: boolean;
  syncStrategy?: { apply?: { force?: boolean }; hook?: { force?: boolean } };
  resources?: SyncResource[];
  source?: Source;
  sources?: Source[];
  syncOptions?: string[];
  autoHealAttemptsCount?: number;
}

export interface Operation {
  sync: SyncOperation;
  initiatedBy: { username?: string; automated?: boolean };
  info?: { name: string; value: string }[];
  retry: RetryStrategy;
}

export type OperationPhase = 'Running' | 'Terminating' | 'Succeeded' | 'Failed' | 'Error';
export type SyncPhase = 'PreSync' | 'Sync' | 'PostSync' | 'SyncFail';

export interface ResourceResult {
  group: string;
  version: string;
  kind: string;
  namespace: string;
  name: string;
  status?: 'Synced' | 'SyncFailed' | 'Pruned' | 'PruneSkipped';
  message?: string;
  hookType?: SyncPhase;
  hookPhase?: OperationPhase;
  syncPhase: SyncPhase;
  images?: string[];
}

export interface OperationState {
  operation: Operation;
  phase: OperationPhase;
  message?: string;
  syncResult?: {
    resources?: ResourceResult[];
    revision: string;
    revisions?: string[];
    source?: Source;
    sources?: Source[];
  };
  startedAt: string;
  finishedAt?: string;
  retryCount?: number;
}

export type HealthStatus =
  'Healthy' | 'Suspended' | 'Progressing' | 'Missing' | 'Degraded' | 'Unknown';

export interface Health {
  status?: HealthStatus;
  message?: string;
  lastTransitionTime?: string;
}

export interface ResourceStatus {
  group?: string;
  version: string;
  kind: string;
  namespace?: string;
  name: string;
  status?: 'Synced' | 'OutOfSync';
  health?: Health;
  hook?: boolean;
  requiresPruning?: boolean;
  syncWave?: number;
}

export interface Condition {
  type: string;
  message: string;
  lastTransitionTime: string;
}

export interface HistoryEntry {
  revision?: string;
  revisions?: string[];
  deployedAt: string;
  id: number;
  source?: Source;
  sources?: Source[];
  deployStartedAt: string;
  initiatedBy: Operation['initiatedBy'];
}

export interface ApplicationStatus {
  resources?: ResourceStatus[];
  sync: {
    status: '' | 'Synced' | 'OutOfSync' | 'Unknown';
    comparedTo: Record<string, unknown>;
    revision?: string;
    revisions?: string[];
  };
  health: Health;
  history?: HistoryEntry[];
  conditions?: Condition[];
  reconciledAt?: string;
  operationState?: OperationState;
  sourceType?: string;
  sourceTypes?: string[];
  summary: { images?: string[] };
  resourceHealthSource?: string;
  controllerNamespace?: string;
  sourceHydrator: HydratorStatus;
}

/** The Application as the API server stores it. */
export interface Application {
  metadata: ObjectMetadata & { name: string; namespace: string; uid: string };
  spec: ApplicationSpec;
  status: ApplicationStatus;
  operation?: Operation;
}

/** The sources, however the application declares them. */
export function sourcesOf({
  source,
  sources,
  sourceHydrator,
}: Pick<ApplicationSpec, 'source' | 'sources' | 'sourceHydrator'>): Source[] {
  if (sourceHydrator) return [hydratedSource(sourceHydrator)];
  return sources && sources.length > 0 ? sources : source ? [source] : [];
}

/** What a hydrated application syncs. */
export function hydratedSource({ drySource, syncSource }: HydratorSpec): Source {
  const { targetBranch: targetRevision, path } = syncSource;
  return { repoURL: drySource.repoURL, path, targetRevision };
}

/** What it is rendered from. */
export function drySourceOf({ drySource }: HydratorSpec): Source {
  return drySource;
}

/** What `sync.comparedTo` and history contain about the sources; Go also writes an empty single source. */
export function sourceFields({
  source,
  sources,
  sourceHydrator,
}: Pick<ApplicationSpec, 'source' | 'sources' | 'sourceHydrator'>): Pick<
  ApplicationSpec,
  'source' | 'sources'
> {
  if (sourceHydrator) return { source: hydratedSource(sourceHydrator) };
  if (sources && sources.length > 0) return { source: { repoURL: '' }, sources };
  return { ...(source && { source }) };
}

/** The sources and destination of an application, for `sync.comparedTo`. */
export function comparedTo(spec: ApplicationSpec): Record<string, unknown> {
  return { ...sourceFields(spec), destination: spec.destination };
}

/** One revision for a single-source application, several for a multi-source one. */
export function revisionFields(
  spec: Pick<ApplicationSpec, 'sources'>,
  revisions: readonly string[],
): { revision?: string; revisions?: string[] } {
  return spec.sources?.length ? { revisions: [...revisions] } : { revision: revisions[0] ?? '' };
}
