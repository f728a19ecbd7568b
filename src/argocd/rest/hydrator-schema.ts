import * as z from 'zod/mini';
import type { Source } from '../../sync/model/application.ts';
import type { Hydration, Hydrator, Rendering } from '../../sync/model/hydrator.ts';
import { bounded } from './bounded-text.ts';
import { readTime, textOrEmpty, time, word } from './go-value.ts';
import { annotation, type TextMap } from './metadata.ts';
import { messageBounds } from './text-budget.ts';

const drySchema = z.lazy(() => z.object({ repoURL: word, path: word, targetRevision: word }));

/** `spec.sourceHydrator`. */
export const hydratorSchema = z.lazy(() =>
  z.nullish(
    z.object({
      drySource: drySchema,
      syncSource: z.object({ repoURL: word, path: word, targetBranch: word }),
      hydrateTo: z.nullish(z.object({ targetBranch: word })),
    }),
  ),
);

const rendered = { drySHA: word, hydratedSHA: word };

/** `status.sourceHydrator`, which is empty without a hydrator. */
export const hydratorStatusSchema = z.lazy(() =>
  z.nullish(
    z.object({
      currentOperation: z.nullish(
        z.object({
          ...rendered,
          phase: z.enum(['Hydrating', 'Failed', 'Hydrated']),
          message: textOrEmpty,
          startedAt: time,
          finishedAt: time,
        }),
      ),
      lastSuccessfulOperation: z.nullish(z.object(rendered)),
      lastComparedDryRevision: word,
    }),
  ),
);

type RawSpec = NonNullable<z.output<typeof hydratorSchema>>;
type RawStatus = z.output<typeof hydratorStatusSchema>;

/**
 * Reads the hydrator's settings. `metadata` is needed because an annotation requests a look at the dry
 * source.
 */
export function readHydrator(
  spec: z.output<typeof hydratorSchema>,
  status: RawStatus,
  metadata: { readonly annotations?: TextMap | null | undefined },
): Hydrator | undefined {
  if (spec == null) return undefined;
  const { drySource, syncSource, hydrateTo } = spec;
  return {
    dry: { repoURL: drySource.repoURL ?? '', targetRevision: drySource.targetRevision ?? '' },
    syncBranch: syncSource.targetBranch ?? '',
    stagingBranch: hydrateTo?.targetBranch || undefined,
    isAsked: annotation(metadata, 'argocd.argoproj.io/hydrate') !== undefined,
    isSelective: Boolean(annotation(metadata, 'argocd.argoproj.io/manifest-generate-paths')),
    ...readHydratorStatus(status),
  };
}

/** Reads the hydrator's progress from `status.sourceHydrator`. */
export function readHydratorStatus(
  status: RawStatus,
): Pick<Hydrator, 'current' | 'last' | 'compared'> {
  return {
    current: readHydration(status?.currentOperation),
    last: readRendering(status?.lastSuccessfulOperation),
    compared: status?.lastComparedDryRevision || undefined,
  };
}

/** The source that a hydrated application syncs. Its repository defaults to that of the dry source. */
export function readSyncSource({ drySource, syncSource }: RawSpec): Source {
  return {
    repoURL: syncSource.repoURL || drySource.repoURL || '',
    path: syncSource.path ?? '',
    chart: '',
    targetRevision: syncSource.targetBranch ?? '',
  };
}

function readHydration(raw: NonNullable<RawStatus>['currentOperation']): Hydration | undefined {
  if (raw == null) return undefined;
  return {
    phase: raw.phase,
    message: bounded(raw.message ?? '', messageBounds.width),
    dry: raw.drySHA || undefined,
    startedAt: readTime(raw.startedAt),
    finishedAt: readTime(raw.finishedAt),
  };
}

function readRendering(
  raw: NonNullable<RawStatus>['lastSuccessfulOperation'],
): Rendering | undefined {
  if (!raw?.drySHA || !raw.hydratedSHA) return undefined;
  return { dry: raw.drySHA, hydrated: raw.hydratedSHA };
}
