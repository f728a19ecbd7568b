import * as z from 'zod/mini';
import type { Source } from '../../sync/model/application.ts';
import type { Operation } from '../../sync/model/operation.ts';
import { canonical, digestOfText } from './canonical.ts';
import { sourceSchema } from './go-value.ts';

/** All of a source, whatever else is in it. */
export const looseSourceSchema = z.looseObject(sourceSchema.shape);

/** A source as Argo CD sends it, before `readSource`. */
export type RawSource = z.output<typeof looseSourceSchema>;

/** A source, and in `settings` what tells all else that it says apart. */
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

/** What an operation or a deployment is made from: Argo CD writes one source, or a list of them. */
export function readSources(
  source: RawSource | null | undefined,
  sources: readonly RawSource[] | null | undefined,
): Pick<Operation, 'sources' | 'multiSource'> {
  if (sources != null && sources.length > 0) {
    return { sources: sources.map(readSource), multiSource: true };
  }
  return source == null ? {} : { sources: [readSource(source)], multiSource: false };
}

/** Helm values may be long, and are nobody's business but to be compared. */
function digestOf(settings: string): string {
  return settings === '{}' ? '' : digestOfText(settings);
}
