import { isNamespace, kindId, type ResourceKey } from '../model/application.ts';
import type { DefinedKind } from './manifest.ts';
import type { SyncPhase } from '../model/operation.ts';

/** What moving needs to know of a task; phase and wave change when it is moved. */
export interface Movable {
  readonly key: ResourceKey;
  readonly defines: DefinedKind | undefined;
  /** A prune neither needs anything nor provides it. */
  readonly prune: unknown;
  phase: SyncPhase;
  wave: number;
  moved: boolean;
}

/**
 * Moves Namespaces, then CustomResourceDefinitions, before the first sorted task that needs them,
 * whose phase and wave they take over; one that comes earlier stays (`adjustDeps` in sync_tasks.go).
 * A cluster-scoped object needs the destination namespace too, since its key carries it.
 */
export function moveDependencies<T extends Movable>(tasks: readonly T[]): readonly T[] {
  const withNamespaces = moveBefore(tasks, providedNamespace, ({ key }) => key.namespace);
  return moveBefore(withNamespaces, providedKind, ({ key }) => kindId(key));
}

function moveBefore<T extends Movable>(
  tasks: readonly T[],
  provided: (task: T) => string | undefined,
  needed: (task: T) => string,
): readonly T[] {
  const firstToNeed = new Map<string, T>();
  const before = new Map<T, T[]>();
  const moved = new Set<T>();
  for (const task of tasks) {
    if (task.prune !== undefined) continue;
    const provides = provided(task);
    if (provides === undefined) {
      const needs = needed(task);
      if (needs !== '' && !firstToNeed.has(needs)) firstToNeed.set(needs, task);
      continue;
    }
    const first = firstToNeed.get(provides);
    if (first === undefined) continue;
    task.moved ||= task.phase !== first.phase || task.wave !== first.wave;
    task.phase = first.phase;
    task.wave = first.wave;
    moved.add(task);
    const there = before.get(first);
    if (there === undefined) before.set(first, [task]);
    else there.push(task);
  }
  if (moved.size === 0) return tasks;
  const result: T[] = [];
  for (const task of tasks) {
    if (!moved.has(task)) result.push(...(before.get(task) ?? []), task);
  }
  return result;
}

function providedNamespace({ key }: Movable): string | undefined {
  return isNamespace(key) ? key.name : undefined;
}

function providedKind({ defines }: Movable): string | undefined {
  return defines && kindId(defines);
}
