import * as z from 'zod/mini';
import { ownAnnotationPrefix, type Application } from '../../sync/model/application.ts';
import { bounded } from './bounded-text.ts';
import { longestWord, mostWords } from './go-value.ts';

/** Labels or annotations as they came: there may be any number, so they are not copied. */
export type TextMap = Readonly<Record<string, unknown>>;

/** Any number of texts by name. Only what `metadata.ts` takes of it is looked at. */
export const textMapSchema = z.nullish(
  z.custom<TextMap>((value) => typeof value === 'object' && !Array.isArray(value), 'an object'),
);

/** `metadata` of an Application as far as both of its schemas have it. */
interface Metadata {
  readonly name: string;
  readonly namespace: string | null;
  readonly uid: string | null;
  readonly resourceVersion: string | null;
  readonly deletionTimestamp?: string | null | undefined;
  readonly annotations?: TextMap | null | undefined;
}

/** Names that are looked at: more annotations than Kubernetes stores (256 KiB). */
const mostLooked = 100_000;
/** Annotations of ours that are kept: more than are read. */
const mostOwn = 500;
/** Kubernetes has no longer label: a name with the domain before it, and a value. */
const longestLabel = { name: 317, value: 63 } as const;

/** Which Application it is, in which of its states, and what its owner says of the whole of it. */
export function readMetadata(
  metadata: Metadata,
): Pick<
  Application,
  'name' | 'namespace' | 'uid' | 'resourceVersion' | 'annotations' | 'deleting' | 'skipReconcile'
> {
  return {
    name: metadata.name,
    namespace: metadata.namespace ?? '',
    uid: metadata.uid ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
    annotations: ownAnnotations(metadata.annotations),
    deleting: metadata.deletionTimestamp != null,
    skipReconcile: annotation(metadata, 'argocd.argoproj.io/skip-reconcile') === 'true',
  };
}

/** One of the annotations; undefined where there is none. */
export function annotation(
  { annotations }: Pick<Metadata, 'annotations'>,
  name: string,
): string | undefined {
  const isThere = annotations != null && Object.hasOwn(annotations, name);
  const value = isThere ? annotations[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** The labels that Kubernetes would have stored. */
export function readLabels(labels: TextMap | null | undefined): Application['labels'] {
  const isLabel = (name: string, value: string) =>
    name.length <= longestLabel.name && value.length <= longestLabel.value;
  return some(labels, mostWords, isLabel);
}

function ownAnnotations(annotations: TextMap | null | undefined): Application['annotations'] {
  return some(annotations, mostOwn, (name) => name.startsWith(ownAnnotationPrefix));
}

/** The first entries that are meant, looking at no more than there can be. */
function some(
  map: TextMap | null | undefined,
  most: number,
  isMeant: (name: string, value: string) => boolean,
): Readonly<Record<string, string>> {
  const found: [string, string][] = [];
  let looked = 0;
  for (const name in map ?? {}) {
    looked += 1;
    if (found.length >= most || looked > mostLooked) break;
    const value = map?.[name];
    if (typeof value !== 'string' || !isMeant(name, value)) continue;
    found.push([bounded(name, longestWord), bounded(value, longestWord)]);
  }
  return found.length === 0 ? none : Object.fromEntries(found);
}

/** One for all: most of ten thousand applications have no annotation of ours. */
const none: Readonly<Record<string, string>> = {};
