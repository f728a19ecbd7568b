import type { ResourceKey } from '../model/application.ts';

/** The parts of a Kubernetes object that the order of a sync depends on. Absent text is empty. */
export interface Manifest extends ResourceKey {
  /** Set, with an empty `name`, where the name is generated during the operation. */
  readonly generateName: string;
  /** Empty where one value is not a string: Kubernetes then ignores all of them. */
  readonly annotations: ReadonlyMap<string, string>;
  /** What a CustomResourceDefinition defines. */
  readonly defines: DefinedKind | undefined;
  /** Kubernetes removes it some time after its end (`ttlSecondsAfterFinished`). */
  readonly expires: boolean;
}

/** The kind that a CustomResourceDefinition defines. */
export interface DefinedKind {
  readonly group: string;
  readonly kind: string;
  readonly clusterScoped: boolean;
}

/**
 * Reads manifests of any shape, without a schema, and never throws. Objects with an `items` array
 * are expanded, and lists with `items: null` are left out, as Argo CD's repository server does
 * (reposerver/repository/repository.go). `undefined` stands for anything but a manifest. It yields
 * how many steps it has made since it yielded last.
 */
export function* readManifestsInTurns(
  values: readonly unknown[],
): Generator<number, (Manifest | undefined)[]> {
  const manifests: (Manifest | undefined)[] = [];
  for (const value of values) {
    for (const object of flatten(value)) {
      manifests.push(readManifest(object));
      yield stepsOfReading;
    }
  }
  return manifests;
}

/** The cost of reading a manifest, in comparisons. */
const stepsOfReading = 10;

function flatten(value: unknown): readonly unknown[] {
  // A YAML document without content is parsed as null.
  if (value === null || value === undefined) return [];
  const object = record(value) ?? {};
  if (Array.isArray(object['items'])) return object['items'];
  const emptyList = object['items'] === null && !('spec' in object) && !('status' in object);
  return emptyList ? [] : [value];
}

function readManifest(value: unknown): Manifest | undefined {
  const object = record(value);
  const kind = text(object?.['kind']);
  if (object === undefined || kind === '') return undefined;
  const metadata = record(object['metadata']);
  const group = groupOf(text(object['apiVersion']));
  const name = text(metadata?.['name']);
  const spec = record(object['spec']);
  return {
    group,
    kind,
    namespace: text(metadata?.['namespace']),
    name,
    generateName: name === '' ? text(metadata?.['generateName']) : '',
    annotations: readAnnotations(metadata?.['annotations']),
    defines: definedKind(group, kind, spec),
    expires: typeof spec?.['ttlSecondsAfterFinished'] === 'number',
  };
}

function readAnnotations(value: unknown): Manifest['annotations'] {
  const entries = Object.entries(record(value) ?? {});
  // A single null value is read as an empty string; it still fails Argo CD's own check.
  const readable = entries.every(([, item]) => typeof item === 'string' || item === null);
  return new Map(readable ? entries.map(([key, item]) => [key, text(item)]) : []);
}

function definedKind(
  group: string,
  kind: string,
  spec: Readonly<Record<string, unknown>> | undefined,
): DefinedKind | undefined {
  if (group !== 'apiextensions.k8s.io' || kind !== 'CustomResourceDefinition') return undefined;
  const definedGroup = spec?.['group'];
  const definedName = record(spec?.['names'])?.['kind'];
  if (typeof definedGroup !== 'string' || typeof definedName !== 'string') return undefined;
  const clusterScoped = spec?.['scope'] === 'Cluster';
  return { group: definedGroup, kind: definedName, clusterScoped };
}

/** `apps/v1` belongs to the group `apps`; `v1` to the core group, which has no name. */
function groupOf(apiVersion: string): string {
  const parts = apiVersion.split('/');
  return parts.length === 2 ? (parts[0] ?? '') : '';
}

function record(value: unknown): Readonly<Record<string, unknown>> | undefined {
  const plain = typeof value === 'object' && value !== null && !Array.isArray(value);
  return plain ? (value as Readonly<Record<string, unknown>>) : undefined;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The items of a comma-separated annotation, trimmed, without empty items or duplicates. */
export function listAnnotation(manifest: Manifest, key: string): readonly string[] {
  const value = manifest.annotations.get(key);
  if (value === undefined) return [];
  const items = value.split(',').map((item) => item.trim());
  return [...new Set(items.filter((item) => item !== ''))];
}
