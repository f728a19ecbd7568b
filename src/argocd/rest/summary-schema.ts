import * as z from 'zod/mini';
import type { Source } from '../../sync/model/application.ts';
import type { Hydrator } from '../../sync/model/hydrator.ts';
import type {
  ApplicationSummary,
  SummaryHealth,
  SummaryOperation,
  Listing,
} from '../../sync/model/application-summary.ts';
import { hydrationOf } from '../../sync/model/application-summary.ts';
import { excerptEnds } from '../../sync/model/excerpt.ts';
import { markerName, operationPhases } from '../../sync/model/operation.ts';
import { bounded } from './bounded-text.ts';
import {
  automatedSchema,
  flag,
  isAutomated,
  list,
  longestName,
  moment,
  mostWords,
  readHealth,
  readRevisions,
  readTime,
  sourceSchema,
  syncStatus,
  textOrEmpty,
  time,
} from './go-value.ts';
import {
  hydratorSchema,
  hydratorStatusSchema,
  readHydrator,
  readHydratorStatus,
  readSyncSource,
} from './hydrator-schema.ts';
import { readMetadata, textMapSchema } from './metadata.ts';

/** Longer texts of Argo CD are cut, because there may be ten thousand applications. */
const longest = 300;

const healthSchema = z.lazy(() =>
  z.nullish(z.object({ status: textOrEmpty, lastTransitionTime: time })),
);
const revisionsSchema = z.lazy(() =>
  z.nullish(z.object({ revision: textOrEmpty, revisions: list(z.string()) })),
);

/** Rows of `info`; only their names matter. */
const infoSchema = z.lazy(() => list(z.unknown()));

const summarySchema = z.lazy(() =>
  z.object({
    metadata: z.object({
      name: z.string(),
      namespace: textOrEmpty,
      uid: textOrEmpty,
      resourceVersion: textOrEmpty,
      creationTimestamp: time,
      deletionTimestamp: time,
      annotations: textMapSchema,
    }),
    spec: z.object({
      project: textOrEmpty,
      source: z.nullish(sourceSchema),
      sources: z.nullish(z.array(sourceSchema)),
      sourceHydrator: hydratorSchema,
      syncPolicy: z.nullish(z.object({ automated: automatedSchema })),
    }),
    operation: z.nullish(z.object({ info: infoSchema })),
    status: z.nullish(
      z.object({
        operationState: z.nullish(
          z.object({
            phase: z.enum(operationPhases),
            message: textOrEmpty,
            startedAt: moment,
            finishedAt: time,
            syncResult: revisionsSchema,
            operation: z.object({
              sync: z.nullish(
                z.object({
                  revision: textOrEmpty,
                  revisions: list(z.string()),
                  dryRun: flag,
                  resources: list(z.unknown()),
                  manifests: list(z.unknown()),
                }),
              ),
              info: infoSchema,
            }),
          }),
        ),
        sync: z.nullish(
          z.object({ status: syncStatus, revision: textOrEmpty, revisions: list(z.string()) }),
        ),
        health: healthSchema,
        conditions: list(z.object({ type: textOrEmpty, message: textOrEmpty })),
        history: list(z.unknown()),
        reconciledAt: time,
        sourceHydrator: hydratorStatusSchema,
      }),
    ),
  }),
);

type RawState = NonNullable<
  NonNullable<z.output<typeof summarySchema>['status']>['operationState']
>;

/** Reads the summary of an Application; throws a `ZodError` if its shape is unexpected. */
export function readSummary(json: unknown): ApplicationSummary {
  const { metadata, spec, operation, status } = z.parse(summarySchema, json, { reportInput: true });
  const { sourceHydrator } = spec;
  const sources = spec.sources?.length ? spec.sources : [spec.source];
  const hydrator = readHydrator(sourceHydrator, status?.sourceHydrator, metadata);
  return {
    ...readMetadata(metadata),
    createdAt: readTime(metadata.creationTimestamp),
    project: spec.project || 'default',
    sources: sourceHydrator == null ? sources.map(readSource) : [readSyncSource(sourceHydrator)],
    hydrator: hydrator && summaryAt(hydrator),
    autoSync: isAutomated(spec.syncPolicy?.automated),
    isPending: operation != null,
    ...(isAnnounced([...(operation?.info ?? []), ...infoOf(status?.operationState)])
      ? { announces: true }
      : {}),
    last: status?.operationState == null ? undefined : readLast(status.operationState),
    sync: { status: status?.sync?.status || 'Unknown', revisions: readRevisions(status?.sync) },
    health: readSummaryHealth(status?.health),
    conditions: (status?.conditions ?? [])
      .filter(({ type }) => type?.endsWith('Error'))
      .map(({ type, message }) => ({ type: type ?? '', message: cut(message) })),
    deployed: readNewest(status?.history ?? []),
    reconciledAt: readTime(status?.reconciledAt),
  };
}

function infoOf(state: RawState | null | undefined): readonly unknown[] {
  return state?.operation.info ?? [];
}

/** The `info` row that every announced run has. */
const announcingRow = 'azure-pipelines/collection';

function isAnnounced(rows: readonly unknown[]): boolean {
  return rows.some(
    (row) => typeof row === 'object' && row !== null && 'name' in row && row.name === announcingRow,
  );
}

function readSource(source: z.output<typeof sourceSchema> | null | undefined): Source {
  return {
    repoURL: source?.repoURL ?? '',
    path: source?.path ?? '',
    chart: source?.chart ?? '',
    targetRevision: source?.targetRevision ?? '',
  };
}

function summaryAt(hydrator: Hydrator): Hydrator {
  const { current } = hydrator;
  return {
    ...hydrator,
    current: current && { ...current, message: copy(excerptEnds(current.message)) },
  };
}

function readLast({ phase, message, startedAt, finishedAt, ...state }: RawState): SummaryOperation {
  const { sync, info } = state.operation;
  const marker = readMarker(info ?? []);
  const pinned = readRevisions(state.syncResult);
  return {
    phase,
    message: cut(message),
    startedAt: Date.parse(startedAt),
    finishedAt: readTime(finishedAt),
    revisions: pinned.length > 0 ? pinned : readRevisions(sync),
    isFull:
      sync?.dryRun !== true &&
      (sync?.resources ?? []).length === 0 &&
      (sync?.manifests ?? []).length === 0,
    ...(marker !== undefined && { marker }),
  };
}

const rowSchema = z.lazy(() => z.object({ name: z.literal(markerName), value: z.string() }));

/** Only the few rows of people precede ours. */
function readMarker(info: readonly unknown[]): string | undefined {
  for (const row of info.slice(0, mostWords)) {
    const parsed = z.safeParse(rowSchema, row);
    if (parsed.success) return copy(bounded(parsed.data.value, longestName));
  }
  return undefined;
}

function readSummaryHealth(health: z.output<typeof healthSchema>): SummaryHealth {
  const { status } = readHealth({ status: health?.status ?? '', message: '' }) ?? {
    status: 'Unknown',
  };
  return { status, since: readTime(health?.lastTransitionTime) };
}

const entrySchema = z.lazy(() =>
  z.object({
    id: z.number(),
    revision: textOrEmpty,
    revisions: list(z.string()),
  }),
);

/** Argo CD appends entries; only the newest one matters. */
function readNewest(history: readonly unknown[]): readonly string[] {
  const newest = history.at(-1);
  return newest === undefined ? [] : readRevisions(z.parse(entrySchema, newest));
}

function cut(message: string | null): string {
  if (message === null || message.length <= longest) return message ?? '';
  return `${copy(message.slice(0, longest))}…`;
}

/** Copies a substring, which would keep the whole text in memory. */
function copy(part: string): string {
  return Buffer.from(part).toString();
}

/** The fields to list; Argo CD omits those that it does not know (argo-cd.md §1.5). */
export const listedFields = [
  'metadata.name',
  'metadata.namespace',
  'metadata.creationTimestamp',
  'metadata.deletionTimestamp',
  'spec.project',
  'spec.sourceHydrator',
  'operation.sync',
  'status.operationState.phase',
  'status.operationState.startedAt',
  'status.operationState.finishedAt',
  'status.sync.status',
  'status.sync.revision',
  'status.health',
  'status.sourceHydrator',
]
  .map((field) => `items.${field}`)
  .join(',');

/** An item of the list. */
export const listingSchema = z.lazy(() =>
  z.object({
    metadata: z.object({
      name: z.string(),
      namespace: textOrEmpty,
      creationTimestamp: time,
      deletionTimestamp: time,
    }),
    spec: z.nullish(z.object({ project: textOrEmpty, sourceHydrator: z.nullish(z.unknown()) })),
    operation: z.nullish(z.object({})),
    status: z.nullish(
      z.object({
        operationState: z.nullish(
          z.object({ phase: textOrEmpty, startedAt: time, finishedAt: time }),
        ),
        sync: z.nullish(z.object({ status: textOrEmpty, revision: textOrEmpty })),
        health: healthSchema,
        sourceHydrator: hydratorStatusSchema,
      }),
    ),
  }),
);

/** Reads an application from a list. */
export function readListing({
  metadata,
  spec,
  operation,
  status,
}: z.output<typeof listingSchema>): Listing {
  const state = status?.operationState;
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? '',
    project: spec?.project || undefined,
    createdAt: readTime(metadata.creationTimestamp),
    deleting: metadata.deletionTimestamp != null,
    isPending: operation != null,
    last:
      state == null
        ? undefined
        : {
            phase: state.phase ?? '',
            startedAt: readTime(state.startedAt),
            finishedAt: readTime(state.finishedAt),
          },
    sync: {
      status: status?.sync?.status || 'Unknown',
      revision: status?.sync?.revision || undefined,
    },
    health: readSummaryHealth(status?.health),
    ...(spec?.sourceHydrator == null || status?.sourceHydrator == null
      ? {}
      : { hydration: hydrationOf(readHydratorStatus(status.sourceHydrator)) }),
  };
}
