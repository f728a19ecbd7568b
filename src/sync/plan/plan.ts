import { namesakeId, type ResourceKey } from '../model/application.ts';
import type { Finding } from './finding.ts';
import { readGeneratedName } from './generated-name.ts';
import type { DeletePolicy } from './hook.ts';
import type { SyncPhase } from '../model/operation.ts';

/** One thing that a sync does with one object. */
export interface Task {
  /**
   * As `syncResult` names it: an object without a namespace, and every cluster-scoped one, carries
   * the destination namespace. A generated name lacks the parts that the plan does not know.
   */
  readonly key: ResourceKey;
  readonly phase: SyncPhase;
  readonly wave: number;
  /** Its position, from 0. It means nothing within a parallel group. */
  readonly order: number;
  /** The parallel group, from 0: tasks of a group run in parallel, groups one after another. */
  readonly group: number;
  /** For a hook the type that `syncResult` shows: the phase it runs in. */
  readonly hookType: SyncPhase | undefined;
  /** For a hook, all sync phases that it runs in; one task each. */
  readonly hookTypes: readonly SyncPhase[];
  /** When Argo CD deletes the hook; empty if it is not a hook. */
  readonly deletePolicies: readonly DeletePolicy[];
  /** The prefix, where the name is generated during the operation. */
  readonly generateName: string | undefined;
  /** The live object is deleted, deleted after a confirmation, or kept (`PruneSkipped`). */
  readonly prune: 'delete' | 'confirm' | 'skip' | undefined;
  /** SyncFail hooks all start together when a sync fails: their waves only sort them. */
  readonly waveless: boolean;
  /**
   * A Namespace or definition that was moved out of its own phase or wave, before what needs it.
   */
  readonly moved: boolean;
  /** Its order among tasks of another kind is not defined: same rank and same name. */
  readonly tied: boolean;
}

/** What a sync of a set of manifests does, and in which order. */
export interface Plan {
  readonly tasks: readonly Task[];
  /** Hooks that this sync does not run: it is selective, or has the strategy `apply`. */
  readonly skippedHooks: readonly ResourceKey[];
  /** In the order of the manifests; none in a plan from a checkpoint, which were told. */
  readonly findings: readonly Finding[];
  /** For `taskOf`. */
  readonly index: TaskIndex;
}

/** A plan as plain data, to be stored. */
export type KeptPlan = Pick<Plan, 'tasks' | 'skippedHooks'>;

/** As earlier handlers stored a plan: with everything that was not applied, and why. */
export interface EarlierPlan extends Pick<Plan, 'tasks'> {
  readonly skipped: readonly { readonly key: ResourceKey; readonly reason: string }[];
}

/** A plan as a store may hold it. */
export type StoredPlan = KeptPlan | EarlierPlan;

/**
 * A plan as a checkpoint stores it: without its index, and without what has been reported by then.
 */
export function keepPlan({ tasks, skippedHooks }: Plan): KeptPlan {
  return { tasks, skippedHooks };
}

/** A plan from a checkpoint, this version's or an earlier one's, with its index rebuilt. */
export function recallPlan(kept: StoredPlan): Plan {
  const { tasks } = kept;
  const skippedHooks =
    'skipped' in kept
      ? kept.skipped.filter(({ reason }) => reason === 'hooksSkipped').map(({ key }) => key)
      : kept.skippedHooks;
  return { tasks, skippedHooks, findings: [], index: indexTasks(tasks) };
}

/** Finds a task without a search through all of them. */
export interface TaskIndex {
  /** By `namesakeId`; generated names by their prefix. */
  readonly places: ReadonlyMap<string, Place>;
}

/** The tasks of one name: the first of each phase and namespace. */
type Place = ReadonlyMap<SyncPhase, ReadonlyMap<string, Task>>;

/** Builds the index; among tasks with the same name, phase and namespace, the first counts. */
export function indexTasks(tasks: readonly Task[]): TaskIndex {
  const places = new Map<string, Map<SyncPhase, Map<string, Task>>>();
  const add = (place: string, task: Task) => {
    const phases = entryOf(places, place);
    const namespaces = entryOf(phases, task.phase);
    if (!namespaces.has(task.key.namespace)) namespaces.set(task.key.namespace, task);
  };
  for (const task of tasks) {
    const { key, generateName } = task;
    add(namesakeId(key), task);
    if (generateName !== undefined) add(generatedPlaceOf(key, generateName), task);
  }
  return { places };
}

function entryOf<K, L, V>(map: Map<K, Map<L, V>>, key: K): Map<L, V> {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = new Map<L, V>();
  map.set(key, made);
  return made;
}

/**
 * The task that a `syncResult` entry belongs to; without a phase, the first one of that object. A
 * generated name is recognized regardless of the operation.
 */
export function taskOf(
  { index }: Pick<Plan, 'index'>,
  key: ResourceKey,
  syncPhase: SyncPhase | undefined,
): Task | undefined {
  const { name, namespace } = key;
  const find = (place: string, phase: SyncPhase | undefined) =>
    nearest(tasksIn(index.places.get(place), phase), namespace);
  const named = find(namesakeId(key), syncPhase);
  if (named) return named;
  const generated = readGeneratedName(name);
  if (generated === undefined || (syncPhase ?? generated.phase) !== generated.phase) {
    return undefined;
  }
  // `a-` is also a prefix of the names that `a-b-` generates: the longest match counts.
  for (const generateName of generated.beginnings) {
    const task = find(generatedPlaceOf(key, generateName), generated.phase);
    if (task) return task;
  }
  return undefined;
}

/** By namespace, the phases in their order. */
function tasksIn(
  place: Place | undefined,
  phase: SyncPhase | undefined,
): readonly ReadonlyMap<string, Task>[] {
  if (place === undefined) return [];
  if (phase === undefined) return [...place.values()];
  const tasks = place.get(phase);
  return tasks === undefined ? [] : [tasks];
}

/** The wave that a `syncResult` entry belongs to. */
export function waveOf(
  plan: Pick<Plan, 'index'>,
  key: ResourceKey,
  syncPhase: SyncPhase | undefined,
): number | undefined {
  return taskOf(plan, key, syncPhase)?.wave;
}

/** Namespaces match when one is empty: Argo CD shows cluster-scoped objects with and without one. */
function nearest(
  phases: readonly ReadonlyMap<string, Task>[],
  namespace: string,
): Task | undefined {
  const find = (look: (tasks: ReadonlyMap<string, Task>) => Task | undefined) =>
    phases.reduce<Task | undefined>((found, tasks) => found ?? look(tasks), undefined);
  return (
    find((tasks) => tasks.get(namespace)) ??
    find((tasks) => tasks.get('') ?? (namespace === '' ? firstOf(tasks) : undefined))
  );
}

function firstOf(tasks: ReadonlyMap<string, Task>): Task | undefined {
  for (const task of tasks.values()) return task;
  return undefined;
}

function generatedPlaceOf(key: ResourceKey, generateName: string): string {
  // No Kubernetes name has an asterisk.
  return `${namesakeId({ ...key, name: generateName })}*`;
}
