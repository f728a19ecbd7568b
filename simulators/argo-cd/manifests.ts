import { loadAll, YAMLException } from 'js-yaml';
import type { Application, Source } from './application.ts';
import { sourcesOf } from './application.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { groupOf, isClusterScoped, keyOf, keyText } from './kubernetes-object.ts';
import type { Repository } from './repository.ts';

export type Generated =
  | { readonly ok: true; readonly manifests: readonly KubernetesObject[] }
  | { readonly ok: false; readonly message: string };

const trackingId = 'argocd.argoproj.io/tracking-id';

function parseFile(name: string, text: string): readonly unknown[] {
  return name.endsWith('.json') ? [JSON.parse(text)] : loadAll(text);
}

/** go-yaml's words for the faults that tests use; its lines count from the token's start. */
function yamlFault(error: unknown, text: string): string {
  const lines = text.trimEnd().split('\n').length;
  if (error instanceof YAMLException && /[{[][^}\]]*$/.test(text)) {
    return `yaml: line ${lines}: did not find expected ',' or '}'`;
  }
  if (error instanceof YAMLException) return `yaml: line ${error.mark?.line ?? 0}: ${error.reason}`;
  return error instanceof Error ? error.message : String(error);
}

function isObject(value: unknown): value is KubernetesObject {
  return typeof value === 'object' && value !== null && 'kind' in value && 'apiVersion' in value;
}

/** `List` kinds are replaced by their items (argo-cd.md §3.1). */
function flatten(value: unknown): readonly KubernetesObject[] {
  if (!isObject(value)) return [];
  if ('items' in value) return Array.isArray(value.items) ? value.items.flatMap(flatten) : [];
  return [{ ...value, metadata: { ...value.metadata } }];
}

/**
 * The value of `argocd.argoproj.io/tracking-id` on an application's object. A cluster-scoped one has the
 * destination's namespace (the ordering fixtures).
 */
function trackingOf(application: string, object: KubernetesObject, namespace: string): string {
  const where = object.metadata.namespace ?? namespace;
  const key = `${groupOf(object)}/${object.kind}:${where}/${object.metadata.name ?? ''}`;
  return `${application}:${key}`;
}

function generateSource(
  repository: Repository,
  application: Application,
  source: Source,
  revision: string,
): Generated {
  if (source.ref !== undefined && source.path === undefined) return { ok: true, manifests: [] };
  const path = source.path ?? '.';
  const files = repository.filesOf(source, revision);
  if (!files) {
    return {
      ok: false,
      message: `rpc error: code = Unknown desc = ${path}: app path does not exist`,
    };
  }
  const manifests: KubernetesObject[] = [];
  for (const [name, text] of Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!/\.(ya?ml|json)$/.test(name)) continue;
    try {
      manifests.push(...parseFile(name, text).flatMap(flatten));
    } catch (error) {
      const fault = `rpc error: code = FailedPrecondition desc = Failed to unmarshal "${name}": failed to unmarshal manifest: error converting YAML to JSON: ${yamlFault(error, text)}`;
      const cached = repository.isPaused(`${application.metadata.uid} ${revision} ${fault}`);
      const prefix = 'rpc error: code = Unknown desc = Manifest generation error (cached): ';
      return { ok: false, message: cached ? prefix + fault : fault };
    }
  }
  return { ok: true, manifests };
}

/** Renders all sources like the repo server: plain YAML and JSON, each object tracked. */
export function generate(
  repository: Repository,
  application: Application,
  sources: readonly Source[],
  revisions: readonly string[],
): Generated {
  const manifests: KubernetesObject[] = [];
  for (const [index, source] of sources.entries()) {
    const made = generateSource(repository, application, source, revisions[index] ?? '');
    if (!made.ok) {
      const which = `source ${index + 1} of ${sources.length}`;
      return {
        ok: false,
        message: `Failed to load target state: failed to generate manifest for ${which}: ${made.message}`,
      };
    }
    manifests.push(...made.manifests);
  }
  const namespace = application.spec.destination.namespace ?? '';
  for (const object of manifests) {
    const wrong = Object.entries(object.metadata.annotations ?? {}).find(
      ([, value]) => typeof value !== 'string',
    );
    if (wrong && object.kind !== 'CustomResourceDefinition') {
      return {
        ok: false,
        message: `Failed to load target state: failed to generate manifest for source 1 of ${sources.length}: rpc error: code = Unknown desc = failed to get annotations from target object ${groupOf(object)}/${object.kind}, Kind=${object.kind} ${object.metadata.name ?? ''}: .metadata.annotations accessor error: contains non-string value in the map under key "${wrong[0]}": ${String(wrong[1])} is of the type int64, expected string`,
      };
    }
    if (object.kind === 'CustomResourceDefinition') continue;
    object.metadata.annotations = {
      ...object.metadata.annotations,
      [trackingId]: trackingOf(application.metadata.name, object, namespace),
    };
  }
  return { ok: true, manifests };
}

/**
 * The target state: namespaces filled in or cleared, and only the last of equal objects
 * (`NormalizeTargetObjects`, argo-cd.md §3.1).
 */
export function normalize(
  manifests: readonly KubernetesObject[],
  namespace: string,
): readonly KubernetesObject[] {
  const targets = new Map<string, KubernetesObject>();
  for (const [index, manifest] of manifests.entries()) {
    const metadata = { ...manifest.metadata };
    if (isClusterScoped(manifest)) delete metadata.namespace;
    else metadata.namespace ??= namespace;
    const target = { ...manifest, metadata };
    const unnamed = metadata.name === undefined ? `#${index}` : '';
    targets.set(keyText(keyOf(target)) + unnamed, target);
  }
  return [...targets.values()];
}

/** The revisions that an application's sources ask for. */
export function targetRevisions({ spec }: Application): readonly string[] {
  return sourcesOf(spec).map(({ targetRevision }) => targetRevision ?? 'HEAD');
}
