import * as z from 'zod/mini';
import { bounded } from './bounded-text.ts';
import { digestInTurns } from './canonical.ts';
import {
  automatedSchema,
  fewOf,
  flag,
  initiatorSchema,
  isAutomated,
  list,
  longestName,
  mostWords,
  moment,
  name,
  readHealth,
  readRevisions,
  readTime,
  syncStatus,
  textOrEmpty,
  time,
  word,
  words,
} from './go-value.ts';
import {
  hydratorSchema,
  hydratorStatusSchema,
  readHydrator,
  readSyncSource,
} from './hydrator-schema.ts';
import { looseSourceSchema, readSource, readSources } from './source-schema.ts';
import { historySchema, readDeployedSources, readHistory } from './history-schema.ts';
import { readItems } from './item-reading.ts';
import { readLabels, readMetadata, textMapSchema } from './metadata.ts';
import { TextBudget } from './text-budget.ts';
import type { Application, ResourceStatus } from '../../sync/model/application.ts';
import type {
  Operation,
  OperationState,
  ResourceResult,
  StoredRetry,
} from '../../sync/model/operation.ts';
import { operationPhases } from '../../sync/model/operation.ts';

/**
 * The limit of resources of an application or operation: more than fit in an Application that Kubernetes
 * stores (1.5 MiB).
 */
export const mostResources = 20_000;
const manyOf = <T extends z.core.SomeType>(item: T) =>
  z._default(z.nullish(z.array(item).check(z.maxLength(mostResources))), []);

const count = z._default(z.nullish(z.number()), 0);
const keyFields = { group: name, kind: name, namespace: name, name };

const strategySchema = z.lazy(() => z.nullish(z.looseObject({ force: flag })));
const retrySchema = z.lazy(() =>
  z.nullish(
    z.looseObject({
      limit: count,
      backoff: z.nullish(
        z.looseObject({ duration: word, factor: z.nullish(z.number()), maxDuration: word }),
      ),
      refresh: flag,
    }),
  ),
);

const syncSchema = z.lazy(() =>
  z.looseObject({
    revision: word,
    revisions: words,
    dryRun: flag,
    prune: flag,
    syncStrategy: z.nullish(z.looseObject({ apply: strategySchema, hook: strategySchema })),
    source: z.nullish(looseSourceSchema),
    sources: z.nullish(z.array(looseSourceSchema).check(z.maxLength(mostWords))),
    syncOptions: words,
    manifests: list(z.unknown()),
    resources: manyOf(z.unknown()),
  }),
);

const selectedSchema = z.lazy(() => z.looseObject(keyFields));

/** Loose, like its contents: operations that differ in any field must have different fingerprints. */
const operationSchema = z.lazy(() =>
  z.looseObject({
    sync: z.nullish(syncSchema),
    info: fewOf(z.looseObject({ name: textOrEmpty, value: textOrEmpty })),
    initiatedBy: initiatorSchema,
    retry: retrySchema,
  }),
);

const syncPhase = z.lazy(() => z.nullish(z.enum(['PreSync', 'Sync', 'PostSync', 'SyncFail', ''])));

const resultSchema = z.lazy(() =>
  z.object({
    ...keyFields,
    status: z.nullish(z.enum(['Synced', 'SyncFailed', 'Pruned', 'PruneSkipped', ''])),
    message: textOrEmpty,
    hookType: z.nullish(z.string()),
    hookPhase: z.nullish(z.enum([...operationPhases, ''])),
    syncPhase,
  }),
);

const stateSchema = z.lazy(() =>
  z.object({
    operation: operationSchema,
    phase: z.enum(operationPhases),
    message: textOrEmpty,
    startedAt: moment,
    finishedAt: time,
    retryCount: count,
    syncResult: z.nullish(
      z.object({ revision: word, revisions: words, resources: manyOf(z.unknown()) }),
    ),
  }),
);

const healthSchema = z.lazy(() =>
  z.nullish(z.object({ status: textOrEmpty, message: textOrEmpty })),
);

const resourceSchema = z.lazy(() =>
  z.object({
    ...keyFields,
    status: syncStatus,
    health: healthSchema,
    hook: flag,
    requiresPruning: flag,
  }),
);

/** Without the items of long lists, which are read one by one. */
const applicationSchema = z.lazy(() =>
  z.object({
    metadata: z.object({
      name: z.string().check(z.maxLength(longestName)),
      namespace: name,
      uid: name,
      resourceVersion: name,
      deletionTimestamp: time,
      labels: textMapSchema,
      annotations: textMapSchema,
    }),
    spec: z.object({
      project: word,
      source: z.nullish(looseSourceSchema),
      sources: z.nullish(z.array(looseSourceSchema).check(z.maxLength(mostWords))),
      sourceHydrator: hydratorSchema,
      destination: z.nullish(z.object({ namespace: word })),
      syncPolicy: z.nullish(
        z.object({
          automated: automatedSchema,
          syncOptions: words,
          retry: retrySchema,
        }),
      ),
    }),
    operation: z.nullish(operationSchema),
    status: z.nullish(
      z.object({
        operationState: z.nullish(stateSchema),
        sync: z.nullish(z.object({ status: syncStatus, revision: word, revisions: words })),
        health: healthSchema,
        resources: manyOf(z.unknown()),
        conditions: fewOf(z.object({ type: name, message: textOrEmpty })),
        history: list(historySchema),
        reconciledAt: time,
        sourceHydrator: hydratorStatusSchema,
        summary: z.nullish(z.object({ images: list(z.string()) })),
      }),
    ),
  }),
);

type RawOperation = z.output<typeof operationSchema>;
type RawState = z.output<typeof stateSchema>;

/** Characters of an image reference, including its digest. */
const longestImage = 1_024;

/**
 * Reads an Application; throws a `ZodError` if its shape is unexpected. Yields the work done since the
 * last yield.
 */
export function* readApplicationInTurns(json: unknown): Generator<number, Application> {
  const { metadata, spec, operation, status } = z.parse(applicationSchema, json, {
    reportInput: true,
  });
  const { sources, sourceHydrator } = spec;
  const words = new TextBudget();
  const isMulti = sourceHydrator == null && sources != null && sources.length > 0;
  const source = sourceHydrator == null ? readSource(spec.source) : readSyncSource(sourceHydrator);
  return {
    ...readMetadata(metadata),
    project: spec.project || 'default',
    labels: readLabels(metadata.labels),
    sources: isMulti ? sources.map(readSource) : [source],
    multiSource: isMulti,
    hydrator: readHydrator(sourceHydrator, status?.sourceHydrator, metadata),
    destinationNamespace: spec.destination?.namespace ?? '',
    autoSync: isAutomated(spec.syncPolicy?.automated),
    syncOptions: spec.syncPolicy?.syncOptions ?? [],
    retry: readRetry(spec.syncPolicy?.retry),
    operation: operation == null ? undefined : yield* readOperation('operation', operation),
    operationState:
      status?.operationState == null ? undefined : yield* readState(status.operationState, words),
    sync: {
      status: status?.sync?.status || 'Unknown',
      revisions: readRevisions(status?.sync),
    },
    health: readHealth(status?.health, words) ?? { status: 'Unknown', message: '' },
    resources: yield* readItems('status.resources', resourceSchema, status?.resources, (one) =>
      readResource(one, words),
    ),
    conditions: (status?.conditions ?? []).map(({ type, message }) => ({
      type: type ?? '',
      message: words.take(message),
    })),
    history: yield* readHistory(status?.history),
    deployedSources: readDeployedSources(status?.history),
    reconciledAt: readTime(status?.reconciledAt),
    images: (status?.summary?.images ?? []).map((image) => bounded(image, longestImage)),
  };
}

function readRetry(retry: z.output<typeof retrySchema>): StoredRetry {
  return {
    limit: retry?.limit ?? 0,
    duration: retry?.backoff?.duration ?? '',
    factor: retry?.backoff?.factor ?? undefined,
    maxDuration: retry?.backoff?.maxDuration ?? '',
    refresh: retry?.refresh ?? false,
  };
}

function* readOperation(path: string, operation: RawOperation): Generator<number, Operation> {
  const { sync, info, initiatedBy, retry } = operation;
  const { apply, hook } = sync?.syncStrategy ?? {};
  return {
    sync: sync != null,
    revisions: readRevisions(sync),
    dryRun: sync?.dryRun ?? false,
    prune: sync?.prune ?? false,
    strategy: apply == null ? 'hook' : 'apply',
    force: (apply ?? hook)?.force ?? false,
    ...readSources(sync?.source, sync?.sources),
    syncOptions: sync?.syncOptions ?? [],
    isLocal: (sync?.manifests ?? []).length > 0,
    retry: readRetry(retry),
    resources: yield* readItems(`${path}.sync.resources`, selectedSchema, sync?.resources, readKey),
    info: (info ?? []).map((row) => ({
      name: bounded(row.name ?? '', longestName),
      value: bounded(row.value ?? '', longestName),
    })),
    initiatedBy: {
      username: bounded(initiatedBy?.username ?? '', longestName),
      automated: initiatedBy?.automated ?? false,
    },
    // A field may be absent in one place and empty in another; the key order is Go's in both.
    fingerprint: yield* digestInTurns(operation),
  };
}

function* readState(state: RawState, words: TextBudget): Generator<number, OperationState> {
  const path = 'status.operationState';
  return {
    operation: yield* readOperation(`${path}.operation`, state.operation),
    phase: state.phase,
    message: words.take(state.message),
    startedAt: Date.parse(state.startedAt),
    finishedAt: readTime(state.finishedAt),
    retryCount: state.retryCount ?? 0,
    revisions: readRevisions(state.syncResult),
    results: yield* readItems(
      `${path}.syncResult.resources`,
      resultSchema,
      state.syncResult?.resources,
      (one) => readResult(one, words),
    ),
  };
}

function readResult(result: z.output<typeof resultSchema>, words: TextBudget): ResourceResult {
  const phase = result.syncPhase || undefined;
  return {
    ...readKey(result),
    status: result.status || undefined,
    message: words.take(result.message),
    hookType: result.hookType ? (phase ?? 'Sync') : undefined,
    hookPhase: result.hookPhase || undefined,
    syncPhase: phase,
  };
}

type RawKey = {
  group?: string | null;
  kind?: string | null;
  namespace?: string | null;
  name?: string | null;
};

function readKey({ group, kind, namespace, name }: RawKey) {
  return { group: group ?? '', kind: kind ?? '', namespace: namespace ?? '', name: name ?? '' };
}

function readResource(
  resource: z.output<typeof resourceSchema>,
  words: TextBudget,
): ResourceStatus {
  return {
    ...readKey(resource),
    status: resource.status || undefined,
    health: readHealth(resource.health, words),
    hook: resource.hook ?? false,
    requiresPruning: resource.requiresPruning ?? false,
  };
}
