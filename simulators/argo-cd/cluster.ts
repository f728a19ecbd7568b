import type { SimulatedClock } from './clock.ts';
import { timestamp } from './clock.ts';
import type { Identifiers } from './identifiers.ts';
import type { KubernetesObject, ObjectKey } from './kubernetes-object.ts';
import {
  annotation,
  groupOf,
  isClusterScoped,
  keyOf,
  keyText,
  versionOf,
} from './kubernetes-object.ts';

export type Applied =
  | { readonly ok: true; readonly verb: 'created' | 'configured' | 'unchanged' }
  | { readonly ok: false; readonly message: string };

/** Called with the change of an object when the controller's cache learns of it. */
export type ClusterListener = (
  change: 'added' | 'changed' | 'deleted',
  object: KubernetesObject,
) => void;

/** How long the controller's cache lags behind each kind of change: measured in recordings. */
const cacheLag = { created: 15, configured: 90, changed: 10, deleted: 10 } as const;
const deletionTime = 90;

const builtInGroups = new Set(['', 'apps', 'batch', 'autoscaling', 'policy', 'argoproj.io']);

/** Whether `live` contains everything in `wanted`; it may contain more. */
function holds(wanted: unknown, live: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null) return wanted === live;
  if (typeof live !== 'object' || live === null) return false;
  if (Array.isArray(wanted) && (!Array.isArray(live) || wanted.length !== live.length))
    return false;
  return Object.entries(wanted).every(([name, value]) =>
    holds(value, (live as Record<string, unknown>)[name]),
  );
}

/** Whether a live object is as its manifest wants it. */
export function isInSync(target: KubernetesObject, live: KubernetesObject): boolean {
  const { metadata, ...rest } = target;
  return (
    holds(rest, live) &&
    holds(metadata.annotations ?? {}, live.metadata.annotations ?? {}) &&
    holds(metadata.labels ?? {}, live.metadata.labels ?? {})
  );
}

function invalid(object: KubernetesObject): string | undefined {
  const told = annotation(object, 'lab/invalid');
  if (told) return told;
  if (object.kind !== 'Service') return undefined;
  const { ports = [] } = (object.spec ?? {}) as {
    ports?: { port?: number; targetPort?: number }[];
  };
  const faults = ports.flatMap(({ port = 0, targetPort = port }, index) => {
    const fault = (field: string, value: number) =>
      value < 1 || value > 65535
        ? [
            `spec.ports[${index}].${field}: Invalid value: ${value}: must be between 1 and 65535, inclusive`,
          ]
        : [];
    return [...fault('port', port), ...fault('targetPort', targetPort)];
  });
  const list = faults.length > 1 ? `[${faults.join(', ')}]` : faults[0];
  return list && `Service "${object.metadata.name ?? ''}" is invalid: ${list}`;
}

/** The Kubernetes API of the destination, with the rules that a sync can run into. */
export class Cluster {
  readonly #clock: SimulatedClock;
  readonly #identifiers: Identifiers;
  readonly #nextVersion: () => string;
  readonly #live = new Map<string, KubernetesObject>();
  readonly #cache = new Map<string, KubernetesObject>();
  readonly #listeners: ClusterListener[] = [];
  readonly #namespaces = new Set(['default', 'kube-system', 'kube-public', 'argocd']);

  constructor(clock: SimulatedClock, identifiers: Identifiers, nextVersion: () => string) {
    this.#clock = clock;
    this.#identifiers = identifiers;
    this.#nextVersion = nextVersion;
  }

  listen(listener: ClusterListener): void {
    this.#listeners.push(listener);
  }

  hasNamespace(name: string): boolean {
    return this.#namespaces.has(name);
  }

  addNamespace(name: string): void {
    this.#namespaces.add(name);
  }

  get(key: ObjectKey): KubernetesObject | undefined {
    return this.#live.get(keyText(key));
  }

  objects(): readonly KubernetesObject[] {
    return [...this.#live.values()];
  }

  /** The objects as the controller knows them, which is slightly delayed. */
  cached(): ReadonlyMap<string, KubernetesObject> {
    return this.#cache;
  }

  /** Whether the API serves a kind. `pending`: the definitions that come with the same sync. */
  serves(object: KubernetesObject, pending: readonly KubernetesObject[]): boolean {
    const group = groupOf(object);
    if (builtInGroups.has(group) || group.endsWith('.k8s.io')) return true;
    return [...this.#live.values(), ...pending].some((definition) => {
      const { group: defined, names } = (definition.spec ?? {}) as {
        group?: string;
        names?: { kind?: string };
      };
      return (
        definition.kind === 'CustomResourceDefinition' &&
        defined === group &&
        names?.kind === object.kind
      );
    });
  }

  apply(target: KubernetesObject): Applied {
    const { namespace } = target.metadata;
    if (namespace && !isClusterScoped(target) && !this.hasNamespace(namespace)) {
      return { ok: false, message: `namespaces "${namespace}" not found` };
    }
    const fault = invalid(target);
    if (fault) return { ok: false, message: fault };
    const live = this.#live.get(keyText(keyOf(target)));
    if (live && isInSync(target, live)) return { ok: true, verb: 'unchanged' };
    if (target.kind === 'Namespace') this.addNamespace(target.metadata.name ?? '');
    const verb = live ? 'configured' : 'created';
    const object = structuredClone({
      ...target,
      ...(live?.status && { status: live.status }),
      metadata: {
        ...live?.metadata,
        ...target.metadata,
        uid: live?.metadata.uid ?? this.#identifiers.uid(),
        creationTimestamp: live?.metadata.creationTimestamp ?? timestamp(this.#clock.now),
      },
    });
    this.#store(object, verb);
    return { ok: true, verb };
  }

  /** Changes a live object in place, like its controller or a person would. */
  change(key: ObjectKey, change: (object: KubernetesObject) => void): boolean {
    const live = this.get(key);
    if (!live) return false;
    const object = structuredClone(live);
    change(object);
    this.#store(object, 'changed');
    return true;
  }

  /** Deletes an object in the foreground: it remains, marked, until what it owns is gone. */
  delete(key: ObjectKey): void {
    const live = this.get(key);
    if (!live || live.metadata.deletionTimestamp) return;
    this.change(key, (object) => {
      object.metadata.deletionTimestamp = timestamp(this.#clock.now);
    });
    this.#clock.after(deletionTime, () => this.#remove(key, live.metadata.uid));
  }

  #remove(key: ObjectKey, uid: string | undefined): void {
    const text = keyText(key);
    const live = this.#live.get(text);
    if (live?.metadata.uid !== uid || !live) return;
    this.#live.delete(text);
    this.#nextVersion();
    this.#clock.after(cacheLag.deleted, () => {
      if (this.#live.has(text)) return;
      this.#cache.delete(text);
      for (const listener of this.#listeners) listener('deleted', live);
    });
  }

  #store(object: KubernetesObject, verb: 'created' | 'configured' | 'changed'): void {
    const text = keyText(keyOf(object));
    object.metadata.resourceVersion = this.#nextVersion();
    this.#live.set(text, object);
    this.#clock.after(cacheLag[verb], () => {
      if (this.#live.get(text) !== object) return;
      this.#cache.set(text, object);
      for (const listener of this.#listeners) {
        listener(verb === 'created' ? 'added' : 'changed', object);
      }
    });
  }
}

/** The name of an object in kubectl: `deployment.apps/web`. */
export function kubectlName(object: KubernetesObject): string {
  const group = groupOf(object);
  const kind = object.kind.toLowerCase() + (group ? `.${group}` : '');
  return `${kind}/${object.metadata.name ?? ''}`;
}

/** The name in API discovery: `example.com/v1`. */
export function groupVersion(object: KubernetesObject): string {
  const group = groupOf(object);
  return group ? `${group}/${versionOf(object)}` : versionOf(object);
}
