import * as z from 'zod/mini';
import { ownAnnotationPrefix, type Application } from '../../sync/model/application.ts';
import { bounded } from './bounded-text.ts';
import { longestWord, mostWords } from './go-value.ts';

/** Raw labels or annotations. There may be any number, so they are not copied. */
export type TextMap = Readonly<Record<string, unknown>>;

/** Any number of texts by name. Only those that `metadata.ts` reads are checked. */
export const textMapSchema = z.nullish(
  z.custom<TextMap>((value) => typeof value === 'object' && !Array.isArray(value), 'an object'),
);

/** The fields of `metadata` that both Application schemas contain. */
interface Metadata {
  readonly name: string;
  readonly namespace: string | null;
  readonly uid: string | null;
  readonly resourceVersion: string | null;
  readonly deletionTimestamp?: string | null | undefined;
  readonly annotations?: TextMap | null | undefined;
}

/** How many names are searched: more annotations than Kubernetes stores (256 KiB). */
const mostLooked = 100_000;
/** How many of our annotations are kept: more than are read. */
const mostOwn = 500;
/** The limits of Kubernetes for a label: its name, with a domain prefix, and its value. */
const longestLabel = { name: 317, value: 63 } as const;

/** Reads the identity and state of an Application, and the annotations that apply to all of it. */
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
    skipReconcile: isTrue(annotation(metadata, 'argocd.argoproj.io/skip-reconcile')),
  };
}

/** The texts that Go's `strconv.ParseBool` reads as true; Argo CD reads this annotation with it. */
const yes = ['1', 't', 'T', 'true', 'TRUE', 'True'];

function isTrue(text: string | undefined): boolean {
  return text !== undefined && yes.includes(text);
}

/** The value of an annotation; undefined if absent. */
export function annotation(
  { annotations }: Pick<Metadata, 'annotations'>,
  name: string,
): string | undefined {
  const isThere = annotations != null && Object.hasOwn(annotations, name);
  const value = isThere ? annotations[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** The labels that Kubernetes could have stored. */
export function readLabels(labels: TextMap | null | undefined): Application['labels'] {
  const isLabel = (name: string, value: string) =>
    name.length <= longestLabel.name && value.length <= longestLabel.value;
  return some(labels, mostWords, isLabel);
}

function ownAnnotations(annotations: TextMap | null | undefined): Application['annotations'] {
  return some(annotations, mostOwn, (name) => name.startsWith(ownAnnotationPrefix));
}

/** The first matching entries, within the search limit. */
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

/** Shared: most of ten thousand applications have none of our annotations. */
const none: Readonly<Record<string, string>> = {};
