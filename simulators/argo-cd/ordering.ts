import type { SyncPhase } from './application.ts';
import type { KubernetesObject } from './kubernetes-object.ts';
import { annotation, annotationList, groupOf, isClusterScoped } from './kubernetes-object.ts';

/** One step of an operation: an object to apply, or a live one to prune. */
export interface Task {
  phase: SyncPhase;
  wave: number;
  readonly kind: string;
  readonly group: string;
  readonly name: string;
  /** For a cluster-scoped object, the destination's namespace (argo-cd.md §2.2). */
  readonly namespace: string;
  readonly target: KubernetesObject | undefined;
  readonly live: KubernetesObject | undefined;
  readonly hookType: SyncPhase | undefined;
}

const hookAnnotation = 'argocd.argoproj.io/hook';
const phases: readonly SyncPhase[] = ['PreSync', 'Sync', 'PostSync', 'SyncFail'];

const kindOrder = (
  'Namespace NetworkPolicy ResourceQuota LimitRange PodSecurityPolicy PodDisruptionBudget ' +
  'ServiceAccount Secret SecretList ConfigMap StorageClass PersistentVolume ' +
  'PersistentVolumeClaim CustomResourceDefinition ClusterRole ClusterRoleList ' +
  'ClusterRoleBinding ClusterRoleBindingList Role RoleList RoleBinding RoleBindingList Service ' +
  'DaemonSet Pod ReplicationController ReplicaSet Deployment HorizontalPodAutoscaler ' +
  'StatefulSet Job CronJob IngressClass Ingress APIService'
).split(' ');

/** The rank of a kind within a wave: unlisted kinds come last, together. */
function kindRank(kind: string): number {
  const place = kindOrder.indexOf(kind);
  return place < 0 ? kindOrder.length : place;
}

const helmPhases: Readonly<Record<string, string>> = {
  'pre-install': 'PreSync',
  'pre-upgrade': 'PreSync',
  'post-install': 'PostSync',
  'post-upgrade': 'PostSync',
  'pre-delete': 'PreDelete',
  'post-delete': 'PostDelete',
};

/** What an object is to a sync (the table of argo-cd.md §3.1). */
export type Role =
  | { readonly role: 'resource' }
  | { readonly role: 'hook'; readonly phases: readonly SyncPhase[] }
  | { readonly role: 'skip' | 'ignored' | 'deletionHook' };

export function roleOf(object: KubernetesObject): Role {
  const known = new Set([
    'PreSync',
    'Sync',
    'PostSync',
    'SyncFail',
    'Skip',
    'PreDelete',
    'PostDelete',
  ]);
  const own = annotation(object, hookAnnotation);
  let types = [...new Set(annotationList(object, hookAnnotation))].filter((type) =>
    known.has(type),
  );
  if (own !== undefined && types.length === 1 && types[0] === 'Skip') return { role: 'skip' };
  const helm = annotation(object, 'helm.sh/hook');
  if (types.length === 0) {
    if (helm === 'crd-install' && own === undefined) return { role: 'resource' };
    types = [
      ...new Set(annotationList(object, 'helm.sh/hook').map((type) => helmPhases[type] ?? '')),
    ].filter((type) => type !== '');
  }
  if (own === undefined && helm === undefined) return { role: 'resource' };
  const inSync = phases.filter((phase) => types.includes(phase));
  if (inSync.length > 0) return { role: 'hook', phases: inSync };
  return {
    role: types.includes('PreDelete') || types.includes('PostDelete') ? 'deletionHook' : 'ignored',
  };
}

function integer(text: string | undefined): number | undefined {
  return text !== undefined && /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
}

export function waveOf(object: KubernetesObject): number {
  return (
    integer(annotation(object, 'argocd.argoproj.io/sync-wave')) ??
    integer(annotation(object, 'helm.sh/hook-weight')) ??
    0
  );
}

export interface TaskSettings {
  readonly namespace: string;
  /** The first seven characters of the revision, for the names of unnamed hooks. */
  readonly revision: string;
  /** Unix seconds, for the same purpose. */
  readonly startedAt: number;
  readonly withHooks: boolean;
}

/** The tasks of a target state, unsorted. */
export function tasksOf(
  targets: readonly KubernetesObject[],
  { namespace, revision, startedAt, withHooks }: TaskSettings,
): Task[] {
  const task = (target: KubernetesObject, phase: SyncPhase, hookType?: SyncPhase): Task => {
    const { name, generateName } = target.metadata;
    const postfix = `${revision}-${phase}-${startedAt}`.toLowerCase();
    return {
      phase,
      wave: waveOf(target),
      kind: target.kind,
      group: groupOf(target),
      name: name ?? `${generateName ?? ''}${hookType ? postfix : ''}`,
      namespace: isClusterScoped(target) ? namespace : (target.metadata.namespace ?? namespace),
      target,
      live: undefined,
      hookType,
    };
  };
  return targets.flatMap((target) => {
    const found = roleOf(target);
    if (found.role === 'resource') return [task(target, 'Sync')];
    if (found.role !== 'hook' || !withHooks) return [];
    return found.phases.map((phase) => task(target, phase, phase));
  });
}

function compare(a: Task, b: Task): number {
  return (
    phases.indexOf(a.phase) - phases.indexOf(b.phase) ||
    a.wave - b.wave ||
    kindRank(a.kind) - kindRank(b.kind) ||
    (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
  );
}

/**
 * Moves each dependency that follows its first user to just before it, into that user's phase and wave
 * (`adjustDeps`).
 */
function pullForward(
  tasks: Task[],
  provides: (task: Task) => string | undefined,
  needs: (task: Task) => string | undefined,
): Task[] {
  const order = [...tasks];
  for (let index = 0; index < order.length; index++) {
    const task = order[index];
    const key = task?.target && provides(task);
    if (!task || key === undefined) continue;
    const first = order.findIndex((other) => other.target !== undefined && needs(other) === key);
    const user = order[first];
    if (!user || first >= index) continue;
    order.splice(index, 1);
    order.splice(first, 0, { ...task, phase: user.phase, wave: user.wave });
  }
  return order;
}

function definedKind({ target, kind }: Task): string | undefined {
  if (kind !== 'CustomResourceDefinition') return undefined;
  const { group, names } = (target?.spec ?? {}) as { group?: string; names?: { kind?: string } };
  return `${group ?? ''}/${names?.kind ?? ''}`;
}

function isNamespace({ kind, group }: Task): boolean {
  return kind === 'Namespace' && group === '';
}

/** The order of argo-cd.md §3.2 and §3.3: phase, wave, kind, name, then dependencies. */
export function sortTasks(tasks: readonly Task[]): Task[] {
  const namespaces = pullForward(
    [...tasks].sort(compare),
    (task) => (isNamespace(task) ? task.name : undefined),
    (task) => (isNamespace(task) ? undefined : task.namespace),
  );
  return pullForward(namespaces, definedKind, ({ group, kind }) => `${group}/${kind}`);
}

function optionsOf(object: KubernetesObject): readonly string[] {
  return annotationList(object, 'argocd.argoproj.io/sync-options');
}

/** Reverses the waves of prunes, and puts those with `PruneLast` last (argo-cd.md §3.4). */
export function placePrunes(tasks: readonly Task[], syncOptions: readonly string[]): void {
  const prunes = tasks.filter(({ target }) => !target);
  const last = (task: Task) =>
    syncOptions.includes('PruneLast=true') ||
    (task.live !== undefined && optionsOf(task.live).includes('PruneLast=true'));
  const swapped = prunes.filter((task) => !last(task));
  const waves = [...new Set(swapped.map(({ wave }) => wave))].sort((a, b) => a - b);
  for (const task of swapped) {
    task.wave = waves[waves.length - 1 - waves.indexOf(task.wave)] ?? task.wave;
  }
  const others = tasks.filter((task) => task.phase === 'Sync' && (task.target || !last(task)));
  const end = Math.max(0, ...others.map(({ wave }) => wave)) + 1;
  for (const task of prunes.filter(last)) task.wave = end;
}

/** Whether an object or its application sets a sync option; the object's value takes precedence. */
export function syncOption(
  object: KubernetesObject | undefined,
  name: string,
  syncOptions: readonly string[],
): string | undefined {
  const all = [...(object ? optionsOf(object) : []), ...syncOptions];
  return all.find((option) => option.startsWith(`${name}=`))?.slice(name.length + 1);
}
