import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { load, loadAll } from 'js-yaml';

export const root = join(import.meta.dirname, '../..');

/** A Kubernetes object, as written in a file. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

interface Generator {
  readonly name: string;
  readonly behavior?: 'create' | 'replace' | 'merge';
  readonly files: readonly string[];
  readonly options?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly disableNameSuffixHash?: boolean;
  };
}

/** One step of a JSON patch (RFC 6902), as kustomize applies it. */
interface PatchStep {
  readonly op: 'replace' | 'add';
  readonly path: string;
  readonly value: unknown;
}

/** A kustomization: the fields that ours use. */
export interface Kustomization {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly resources?: readonly string[];
  readonly components?: readonly string[];
  readonly configMapGenerator?: readonly Generator[];
  readonly images?: readonly { readonly [field in 'name' | 'newName' | 'newTag']: string }[];
  readonly patches?: readonly {
    readonly path: string;
    /** The name is a pattern that must match completely. */
    readonly target: { readonly kind: string; readonly name: string };
  }[];
}

/** The folders under `deploy/` with a kustomization, relative to the root of the project. */
export const folders: readonly string[] = readdirSync(join(root, 'deploy'), {
  recursive: true,
  encoding: 'utf8',
})
  .filter((file) => basename(file) === 'kustomization.yaml')
  .map((file) => relative(root, join(root, 'deploy', file, '..')))
  .sort();

export function kustomizationOf(folder: string): Kustomization {
  return load(readFileSync(join(root, folder, 'kustomization.yaml'), 'utf8')) as Kustomization;
}

/** All objects in a file. */
export function manifestsIn(file: string): readonly Manifest[] {
  return loadAll(readFileSync(join(root, file), 'utf8')) as Manifest[];
}

/**
 * The objects that are applied for a folder: its resources, components and generated ConfigMaps,
 * patched. A component changes the objects passed to it; alone it has nothing to patch.
 *
 * Implements only the part of kustomize that our files use. Throws at a wrong reference.
 */
export function buildOf(folder: string, given: readonly Manifest[] = []): readonly Manifest[] {
  const kustomization = kustomizationOf(folder);
  const isAlone = kustomization.kind === 'Component' && given.length === 0;
  const resources = (kustomization.resources ?? []).flatMap((path) =>
    path.endsWith('.yaml') ? manifestsIn(join(folder, path)) : buildOf(join(folder, path)),
  );
  const inner = (kustomization.components ?? []).reduce<readonly Manifest[]>(
    (built, path) => buildOf(join(folder, path), built),
    [...given, ...resources],
  );
  const generators = kustomization.configMapGenerator ?? [];
  for (const { name, behavior = 'create' } of generators) {
    const isThere = inner.some((manifest) => is(manifest, 'ConfigMap', name));
    if (isThere !== (behavior === 'replace')) throw new Error(`${folder}: ${behavior} ${name}`);
  }
  const built = [
    ...inner.filter((manifest) => !generators.some(({ name }) => is(manifest, 'ConfigMap', name))),
    ...generators.map((generator) => generated(folder, generator, inner)),
  ];
  if (isAlone) return built;
  return patched(folder, kustomization, built).map((manifest) =>
    placed(manifest, kustomization.namespace),
  );
}

/** The one object of this kind and name. Throws if it is missing or not unique. */
export function find(built: readonly Manifest[], kind: string, name: string): Manifest {
  const [found, ...more] = built.filter((manifest) => is(manifest, kind, name));
  if (found === undefined || more.length > 0) throw new Error(`not one ${kind} ${name}`);
  return found;
}

function is({ kind, metadata }: Manifest, wantedKind: string, name: string): boolean {
  return kind === wantedKind && metadata.name === name;
}

/** A generated ConfigMap; one that replaces another keeps its labels. */
function generated(
  folder: string,
  { name, files, options }: Generator,
  inner: readonly Manifest[],
): Manifest {
  const replaced = inner.find((manifest) => is(manifest, 'ConfigMap', name));
  const data = files.map((entry) => {
    const [key = '', path = key] = entry.split('=');
    return [basename(key), readFileSync(join(root, folder, path), 'utf8')];
  });
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, labels: { ...replaced?.metadata.labels, ...options?.labels } },
    data: Object.fromEntries(data) as Readonly<Record<string, string>>,
  };
}

const clusterWide = new Set(['Namespace', 'ClusterRoleBinding']);

function placed(manifest: Manifest, namespace: string | undefined): Manifest {
  if (namespace === undefined || clusterWide.has(manifest.kind)) return manifest;
  return { ...manifest, metadata: { ...manifest.metadata, namespace } };
}

function patched(
  folder: string,
  { patches = [] }: Kustomization,
  built: readonly Manifest[],
): readonly Manifest[] {
  const copies = structuredClone(built);
  for (const { path, target } of patches) {
    const steps = load(readFileSync(join(root, folder, path), 'utf8')) as readonly PatchStep[];
    for (const manifest of targetsOf(copies, target)) {
      for (const step of steps) apply(manifest, step);
    }
  }
  return copies;
}

function targetsOf(
  built: readonly Manifest[],
  { kind, name }: NonNullable<Kustomization['patches']>[number]['target'],
): readonly Manifest[] {
  const pattern = new RegExp(`^(?:${name})$`);
  const found = built.filter((one) => one.kind === kind && pattern.test(one.metadata.name));
  if (found.length === 0) throw new Error(`no ${kind} ${name}`);
  return found;
}

/** Replaces a value, or appends it to a list (`/-`). */
function apply(manifest: Manifest, { op, path, value }: PatchStep): void {
  const keys = path.split('/').slice(1);
  const last = keys.pop() ?? '';
  let parent: unknown = manifest;
  for (const key of keys) parent = (parent as Record<string, unknown>)[key];
  if (op === 'add' && last === '-' && Array.isArray(parent)) {
    parent.push(value);
  } else if (op === 'replace' && typeof parent === 'object' && parent !== null && last in parent) {
    (parent as Record<string, unknown>)[last] = value;
  } else {
    throw new Error(`${op} ${path}: nothing there`);
  }
}
