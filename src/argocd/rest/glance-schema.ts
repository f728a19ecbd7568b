import * as z from 'zod/mini';
import type { Source } from '../../sync/application.ts';
import type { Hydrator } from '../../sync/hydrator.ts';
import type { Glance, GlancedHealth, GlancedOperation, Listing } from '../../sync/glance.ts';
import { hydrationOf } from '../../sync/glance.ts';
import { operationPhases } from '../../sync/operation.ts';
import {
  automatedSchema,
  flag,
  isAutomated,
  list,
  moment,
  readHealth,
  readRevisions,
  readTime,
  sourceSchema,
  syncStatus,
  text,
  time,
} from './go-value.ts';
import {
  hydratorSchema,
  hydratorStatusSchema,
  readHydrator,
  readHydratorStatus,
  readSyncSource,
} from './hydrator-schema.ts';

/** Longer words of Argo CD are cut: there may be ten thousand applications. */
const longest = 300;

const healthSchema = z.nullish(z.object({ status: text, lastTransitionTime: time }));
const revisionsSchema = z.nullish(z.object({ revision: text, revisions: list(z.string()) }));

const glanceSchema = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: text,
    uid: text,
    resourceVersion: text,
    creationTimestamp: time,
    deletionTimestamp: time,
    annotations: z.nullish(
      z.object({
        'argocd.argoproj.io/skip-reconcile': z.nullish(z.string()),
        'argocd.argoproj.io/hydrate': z.nullish(z.string()),
        'argocd.argoproj.io/manifest-generate-paths': z.nullish(z.string()),
      }),
    ),
  }),
  spec: z.object({
    project: text,
    source: z.nullish(sourceSchema),
    sources: z.nullish(z.array(sourceSchema)),
    sourceHydrator: hydratorSchema,
    syncPolicy: z.nullish(z.object({ automated: automatedSchema })),
  }),
  operation: z.nullish(z.object({})),
  status: z.nullish(
    z.object({
      operationState: z.nullish(
        z.object({
          phase: z.enum(operationPhases),
          message: text,
          startedAt: moment,
          finishedAt: time,
          syncResult: revisionsSchema,
          operation: z.object({
            sync: z.nullish(
              z.object({
                revision: text,
                revisions: list(z.string()),
                dryRun: flag,
                resources: list(z.unknown()),
              }),
            ),
          }),
        }),
      ),
      sync: z.nullish(
        z.object({ status: syncStatus, revision: text, revisions: list(z.string()) }),
      ),
      health: healthSchema,
      conditions: list(z.object({ type: text, message: text })),
      history: list(z.unknown()),
      reconciledAt: time,
      sourceHydrator: hydratorStatusSchema,
    }),
  ),
});

type RawState = NonNullable<NonNullable<z.output<typeof glanceSchema>['status']>['operationState']>;

/** Reads the glance of an Application; throws a `ZodError` where it has another shape. */
export function readGlance(json: unknown): Glance {
  const { metadata, spec, operation, status } = z.parse(glanceSchema, json, { reportInput: true });
  const { sourceHydrator } = spec;
  const sources = spec.sources?.length ? spec.sources : [spec.source];
  const hydrator = readHydrator(sourceHydrator, status?.sourceHydrator, metadata.annotations);
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? '',
    uid: metadata.uid ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
    createdAt: readTime(metadata.creationTimestamp),
    deleting: metadata.deletionTimestamp != null,
    skipReconcile: metadata.annotations?.['argocd.argoproj.io/skip-reconcile'] === 'true',
    project: spec.project || 'default',
    sources: sourceHydrator == null ? sources.map(readSource) : [readSyncSource(sourceHydrator)],
    hydrator: hydrator && glanceAt(hydrator),
    autoSync: isAutomated(spec.syncPolicy?.automated),
    isPending: operation != null,
    last: status?.operationState == null ? undefined : readLast(status.operationState),
    sync: { status: status?.sync?.status || 'Unknown', revisions: readRevisions(status?.sync) },
    health: readGlancedHealth(status?.health),
    conditions: (status?.conditions ?? [])
      .filter(({ type }) => type?.endsWith('Error'))
      .map(({ type, message }) => ({ type: type ?? '', message: cut(message) })),
    deployed: readNewest(status?.history ?? []),
    reconciledAt: readTime(status?.reconciledAt),
  };
}

function readSource(source: z.output<typeof sourceSchema> | null | undefined): Source {
  return {
    repoURL: source?.repoURL ?? '',
    path: source?.path ?? '',
    chart: source?.chart ?? '',
    targetRevision: source?.targetRevision ?? '',
  };
}

function glanceAt(hydrator: Hydrator): Hydrator {
  const { current } = hydrator;
  return { ...hydrator, current: current && { ...current, message: cut(current.message) } };
}

function readLast({ phase, message, startedAt, finishedAt, ...state }: RawState): GlancedOperation {
  const { sync } = state.operation;
  const pinned = readRevisions(state.syncResult);
  return {
    phase,
    message: cut(message),
    startedAt: Date.parse(startedAt),
    finishedAt: readTime(finishedAt),
    revisions: pinned.length > 0 ? pinned : readRevisions(sync),
    isFull: sync?.dryRun !== true && (sync?.resources ?? []).length === 0,
  };
}

function readGlancedHealth(health: z.output<typeof healthSchema>): GlancedHealth {
  const { status } = readHealth({ status: health?.status ?? '', message: '' }) ?? {
    status: 'Unknown',
  };
  return { status, since: readTime(health?.lastTransitionTime) };
}

const entrySchema = z.object({ id: z.number(), revision: text, revisions: list(z.string()) });

/** Argo CD appends: only the newest entry is worth the reading. */
function readNewest(history: readonly unknown[]): readonly string[] {
  const newest = history.at(-1);
  return newest === undefined ? [] : readRevisions(z.parse(entrySchema, newest));
}

/** A copy, since a part of a text keeps all of it in memory. */
function cut(message: string | null): string {
  if (message === null || message.length <= longest) return message ?? '';
  return `${Buffer.from(message.slice(0, longest)).toString()}…`;
}

/** The list's fields; one that this version of Argo CD does not know is left out (argo-cd.md §1.5). */
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
export const listingSchema = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: text,
    creationTimestamp: time,
    deletionTimestamp: time,
  }),
  spec: z.nullish(z.object({ project: text, sourceHydrator: z.nullish(z.unknown()) })),
  operation: z.nullish(z.object({})),
  status: z.nullish(
    z.object({
      operationState: z.nullish(z.object({ phase: text, startedAt: time, finishedAt: time })),
      sync: z.nullish(z.object({ status: text, revision: text })),
      health: healthSchema,
      sourceHydrator: hydratorStatusSchema,
    }),
  ),
});

/** What a list tells of one application. */
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
    health: readGlancedHealth(status?.health),
    ...(spec?.sourceHydrator == null || status?.sourceHydrator == null
      ? {}
      : { hydration: hydrationOf(readHydratorStatus(status.sourceHydrator)) }),
  };
}
