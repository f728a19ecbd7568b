import type { ResourceKey } from './application.ts';
import type { Finding } from './finding.ts';
import { isGeneratedFrom } from './generated-name.ts';
import type { DeletePolicy, DeletionPhase } from './hook.ts';
import type { SyncPhase } from './operation.ts';

/** One thing that a sync does with one object. */
export interface Task {
  /**
   * As `syncResult` names it: an object without a namespace, and every cluster-scoped one, carries
   * the destination namespace. A generated name lacks what the plan was not told.
   */
  readonly key: ResourceKey;
  readonly phase: SyncPhase;
  readonly wave: number;
  /** Its place, from 0. Inside a parallel group it says nothing. */
  readonly order: number;
  /** The parallel group, from 0: tasks of one group are worked at once, groups one after another. */
  readonly group: number;
  /** For a hook the type that `syncResult` shows: the phase it is worked in. */
  readonly hookType: SyncPhase | undefined;
  /** For a hook all the phases of a sync that it is for; one task each. */
  readonly hookTypes: readonly SyncPhase[];
  /** When Argo CD deletes the hook; empty for what is no hook. */
  readonly deletePolicies: readonly DeletePolicy[];
  /** Where the name is made at the time of the operation: what it begins with. */
  readonly generateName: string | undefined;
  /** The live object is deleted, deleted after a confirmation, or left (`PruneSkipped`). */
  readonly prune: 'delete' | 'confirm' | 'skip' | undefined;
  /** SyncFail hooks all start together when a sync fails: their waves only sort them. */
  readonly waveless: boolean;
  /** A Namespace or definition that was moved before what needs it, out of its own phase or wave. */
  readonly moved: boolean;
  /** Its order with a neighbour of another kind is not defined: same rank and same name. */
  readonly tied: boolean;
}

/** Never applied, though Argo CD knows it. */
export interface SkippedObject {
  readonly key: ResourceKey;
  /** `Skip` annotation; hooks do not run in this sync; not among the selected resources. */
  readonly reason: 'skip' | 'hooksSkipped' | 'notSelected';
}

/** Left out altogether. */
export interface DroppedObject {
  readonly key: ResourceKey;
  /** A hook of no known type; a later manifest has the same key; no Kubernetes object. */
  readonly reason: 'unknownHook' | 'duplicate' | 'noManifest';
}

/** Runs when the application is deleted: all of one phase together, without waves. */
export interface DeletionHook {
  readonly key: ResourceKey;
  readonly phases: readonly DeletionPhase[];
}

/** What a sync of a set of manifests does, and in which order. */
export interface Plan {
  readonly tasks: readonly Task[];
  readonly skipped: readonly SkippedObject[];
  readonly dropped: readonly DroppedObject[];
  /** A hook that also runs during a sync has tasks too. */
  readonly deletionHooks: readonly DeletionHook[];
  readonly findings: readonly Finding[];
  /** For `taskOf`. */
  readonly index: TaskIndex;
}

/** A plan as plain data, to be stored. */
export type KeptPlan = Omit<Plan, 'index'>;

/** The plain data of a plan. */
export function keepPlan(plan: Plan): KeptPlan {
  const { tasks, skipped, dropped, deletionHooks, findings } = plan;
  return { tasks, skipped, dropped, deletionHooks, findings };
}

/** The plan that was kept. */
export function recallPlan(kept: KeptPlan): Plan {
  return { ...kept, index: indexTasks(kept.tasks) };
}

/** What finds a task without looking at all of them. */
export interface TaskIndex {
  /**
   * By group, kind and name, and for generated names by what they begin with: the first of each phase
   * and namespace.
   */
  readonly places: ReadonlyMap<string, readonly Task[]>;
  /** Of each group and kind, how long the beginnings of generated names are; longest first. */
  readonly lengths: ReadonlyMap<string, readonly number[]>;
}

/** Makes the index of a plan's tasks. */
export function indexTasks(tasks: readonly Task[]): TaskIndex {
  const places = new Map<string, Task[]>();
  const lengths = new Map<string, Set<number>>();
  const seen = new Set<string>();
  const add = (place: string, task: Task) => {
    const id = `${place} ${task.phase} ${task.key.namespace}`;
    if (seen.has(id)) return;
    seen.add(id);
    const there = places.get(place);
    if (there) there.push(task);
    else places.set(place, [task]);
  };
  for (const task of tasks) {
    const { key, generateName } = task;
    add(placeOf(key, key.name), task);
    if (generateName === undefined) continue;
    add(generatedPlaceOf(key, generateName), task);
    const kind = placeOf(key, '');
    lengths.set(kind, (lengths.get(kind) ?? new Set()).add(generateName.length));
  }
  return {
    places,
    lengths: new Map([...lengths].map(([kind, set]) => [kind, [...set].sort((a, b) => b - a)])),
  };
}

/**
 * The task that a `syncResult` entry belongs to; without a phase, the first one of that object.
 * A generated name is recognised whatever the operation that it was made for.
 */
export function taskOf(
  { index }: Pick<Plan, 'index'>,
  key: ResourceKey,
  syncPhase: SyncPhase | undefined,
): Task | undefined {
  const { name, namespace } = key;
  const find = (place: string, fits: (task: Task) => boolean) => {
    const tasks = index.places.get(place) ?? [];
    const inPhase = tasks.filter(({ phase }) => syncPhase === undefined || phase === syncPhase);
    return nearest(inPhase.filter(fits), namespace);
  };
  const named = find(placeOf(key, name), () => true);
  if (named) return named;
  // `a-` is a beginning of what `a-b-` makes, too: the longest one is meant.
  for (const length of index.lengths.get(placeOf(key, '')) ?? []) {
    if (length > name.length) continue;
    const generateName = name.slice(0, length);
    const task = find(generatedPlaceOf(key, generateName), ({ phase }) =>
      isGeneratedFrom(name, generateName, phase),
    );
    if (task) return task;
  }
  return undefined;
}

/** The wave that a `syncResult` entry was worked in. */
export function waveOf(
  plan: Pick<Plan, 'index'>,
  key: ResourceKey,
  syncPhase: SyncPhase | undefined,
): number | undefined {
  return taskOf(plan, key, syncPhase)?.wave;
}

/** Namespaces match when one is empty: Argo CD shows cluster-scoped objects with and without one. */
function nearest(tasks: readonly Task[], namespace: string): Task | undefined {
  return (
    tasks.find(({ key }) => key.namespace === namespace) ??
    tasks.find(({ key }) => key.namespace === '' || namespace === '')
  );
}

function placeOf({ group, kind }: ResourceKey, name: string): string {
  return `${group}/${kind}/${name}`;
}

function generatedPlaceOf(key: ResourceKey, generateName: string): string {
  // No Kubernetes name has an asterisk.
  return `${placeOf(key, generateName)}*`;
}
