import * as z from 'zod/mini';
import type { Source } from '../../sync/model/application.ts';
import type { Operation } from '../../sync/model/operation.ts';
import { canonical, digestOfText } from './canonical.ts';
import { sourceSchema } from './go-value.ts';

/** A source with all its fields, including unknown ones. */
export const looseSourceSchema = z.looseObject(sourceSchema.shape);

/** A source as Argo CD sends it, before `readSource`. */
export type RawSource = z.output<typeof looseSourceSchema>;

/** Reads a source. `settings` is a digest of all other fields, to tell sources apart. */
export function readSource(source: RawSource | null | undefined): Source {
  const { repoURL, path, chart, targetRevision, ...settings } = source ?? {};
  return {
    repoURL: repoURL ?? '',
    path: path ?? '',
    chart: chart ?? '',
    targetRevision: targetRevision ?? '',
    settings: digestOf(canonical(settings)),
  };
}

/** Reads the sources of an operation or deployment: Argo CD writes one source, or a list. */
export function readSources(
  source: RawSource | null | undefined,
  sources: readonly RawSource[] | null | undefined,
): Pick<Operation, 'sources' | 'multiSource'> {
  if (sources != null && sources.length > 0) {
    return { sources: sources.map(readSource), multiSource: true };
  }
  return source == null ? {} : { sources: [readSource(source)], multiSource: false };
}

/** Helm values may be long and are only compared, so a digest suffices. */
function digestOf(settings: string): string {
  return settings === '{}' ? '' : digestOfText(settings);
}
