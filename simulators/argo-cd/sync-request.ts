import type {
  Application,
  Operation,
  RetryStrategy,
  Source,
  SyncOperation,
  SyncResource,
} from './application.ts';
import { revisionFields, sourcesOf } from './application.ts';
import { ApiError } from './errors.ts';
import type { GoStruct } from './go-json.ts';
import type { Repository } from './repository.ts';

export interface SyncRequest {
  readonly appNamespace?: string;
  readonly project?: string;
  readonly revision?: string;
  readonly revisions?: readonly string[];
  readonly sourcePositions?: readonly number[];
  readonly dryRun?: boolean;
  readonly prune?: boolean;
  readonly strategy?: { readonly apply?: { force?: boolean }; readonly hook?: { force?: boolean } };
  readonly resources?: readonly SyncResource[];
  readonly infos?: readonly { name: string; value: string }[];
  readonly retryStrategy?: RetryStrategy;
  readonly syncOptions?: { readonly items?: readonly string[] };
}

/** The fields of Go's `ApplicationSyncRequest`. */
export const syncRequestType: GoStruct = {
  appNamespace: 'string',
  project: 'string',
  revision: 'string',
  revisions: ['string'],
  sourcePositions: ['int64'],
  dryRun: 'bool',
  prune: 'bool',
  strategy: { apply: { force: 'bool' }, hook: { force: 'bool' } },
  resources: [{ group: 'string', kind: 'string', name: 'string', namespace: 'string' }],
  manifests: ['string'],
  infos: [{ name: 'string', value: 'string' }],
  retryStrategy: {
    limit: 'int64',
    refresh: 'bool',
    backoff: { duration: 'string', factor: 'int64', maxDuration: 'string' },
  },
  syncOptions: { items: ['string'] },
};

export const rollbackRequestType: GoStruct = {
  appNamespace: 'string',
  project: 'string',
  id: 'int64',
  dryRun: 'bool',
  prune: 'bool',
};

function resolve(repository: Repository, revision: string, source: Source | undefined): string {
  // The server asks Git itself; the repo server's memory of branches is unchanged.
  const sha = repository.peek(revision, source);
  if (sha !== undefined) return sha;
  throw new ApiError(
    9,
    `error resolving repo revision: rpc error: code = Unknown desc = unable to resolve '${revision}' to a commit SHA`,
  );
}

function refuseOtherRevision({ spec }: Application, request: SyncRequest): void {
  const automated = spec.syncPolicy?.automated;
  if (!automated || automated.enabled === false || request.dryRun) return;
  const [{ targetRevision = 'HEAD' } = { targetRevision: undefined }] = sourcesOf(spec);
  if (!spec.sources?.length && request.revision && request.revision !== targetRevision) {
    throw new ApiError(
      9,
      `Cannot sync to ${request.revision}: auto-sync currently set to ${targetRevision}`,
    );
  }
  for (const [index, position] of (request.sourcePositions ?? []).entries()) {
    const source = spec.sources?.[position - 1];
    const wanted = request.revisions?.[index];
    if (source && wanted !== (source.targetRevision ?? 'HEAD')) {
      throw new ApiError(
        9,
        `Cannot sync source ${source.repoURL} to ${wanted ?? ''}: auto-sync currently set to ${source.targetRevision ?? 'HEAD'}`,
      );
    }
  }
}

function wantedRevisions(
  sources: readonly Source[],
  multi: boolean,
  request: SyncRequest,
): string[] {
  const wanted = sources.map(({ targetRevision }) => targetRevision ?? 'HEAD');
  if (!multi) return [request.revision || (wanted[0] ?? 'HEAD')];
  const { sourcePositions = [], revisions = [] } = request;
  for (const [index, position] of sourcePositions.entries()) {
    if (position <= 0 || position > sources.length)
      throw new ApiError(2, 'source position is out of range');
    const revision = revisions[index];
    if (revision === undefined) {
      const length = revisions.length;
      throw new ApiError(13, `runtime error: index out of range [${index}] with length ${length}`);
    }
    wanted[position - 1] = revision;
  }
  return wanted;
}

/** The operation for a sync request, or the refusal in the server's words. */
export function operationOf(
  application: Application,
  request: SyncRequest,
  repository: Repository,
  username: string,
): Operation {
  const { spec, metadata } = application;
  if (metadata.deletionTimestamp) throw new ApiError(9, 'application is deleting');
  refuseOtherRevision(application, request);
  const sources = sourcesOf(spec);
  const multi = (spec.sources?.length ?? 0) > 0;
  const revisions = wantedRevisions(sources, multi, request).map((name, index) =>
    resolve(repository, name, sources[index]),
  );
  const syncOptions = request.syncOptions
    ? (request.syncOptions.items ?? [])
    : spec.syncPolicy?.syncOptions;
  return {
    sync: {
      ...revisionFields(spec, revisions),
      ...(request.prune && { prune: true }),
      ...(request.dryRun && { dryRun: true }),
      ...(request.strategy && { syncStrategy: strategyFields(request.strategy) }),
      ...(request.resources?.length && { resources: request.resources.map(resourceFields) }),
      ...(multi ? { sources } : sources[0] && { source: sources[0] }),
      ...(syncOptions?.length && { syncOptions: [...syncOptions] }),
    },
    initiatedBy: { ...(username && { username }) },
    ...(request.infos?.length && { info: request.infos.map((row) => ({ ...row })) }),
    retry: request.retryStrategy ?? spec.syncPolicy?.retry ?? {},
  };
}

function strategyFields({
  apply,
  hook,
}: NonNullable<SyncRequest['strategy']>): NonNullable<SyncOperation['syncStrategy']> {
  const force = (strategy: { readonly force?: boolean }) => (strategy.force ? { force: true } : {});
  return { ...(apply && { apply: force(apply) }), ...(hook && { hook: force(hook) }) };
}

/** Go omits empty fields. */
function resourceFields({ group, kind, name, namespace }: SyncResource): SyncResource {
  return { ...(group && { group }), kind, name, ...(namespace && { namespace }) };
}

/** The operation of a rollback: it runs no hooks and has no `info` (`rollback` recording). */
export function rollbackOf(
  { metadata, spec, status }: Application,
  { id = 0, prune, dryRun }: { id?: number; prune?: boolean; dryRun?: boolean },
  username: string,
): Operation {
  if (metadata.deletionTimestamp) throw new ApiError(9, 'application is deleting');
  const automated = spec.syncPolicy?.automated;
  if (automated && automated.enabled !== false) {
    throw new ApiError(9, 'rollback cannot be initiated when auto-sync is enabled');
  }
  const entry = status.history?.find((one) => one.id === id);
  if (!entry) {
    throw new ApiError(
      3,
      `application ${metadata.namespace}/${metadata.name} does not have deployment with id ${id}`,
    );
  }
  const { revision, revisions, source, sources } = entry;
  const multi = (sources?.length ?? 0) > 0;
  return {
    sync: {
      ...(revision !== undefined && { revision }),
      ...(revisions && { revisions }),
      ...(prune && { prune }),
      ...(dryRun && { dryRun }),
      syncStrategy: { apply: {} },
      ...(multi && sources ? { sources } : source && { source }),
      ...(spec.syncPolicy?.syncOptions && { syncOptions: spec.syncPolicy.syncOptions }),
    },
    initiatedBy: { ...(username && { username }) },
    retry: {},
  };
}
