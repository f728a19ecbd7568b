import { isNamespace } from '../model/application.ts';
import type { TaskDraft } from './task-draft.ts';
import { syncPhases } from './hook.ts';
import { compareBytes, kindRank } from './kind-order.ts';

/**
 * Sorts tasks by phase, wave, rank of the kind and name, as `syncTasks.Less` does. Ties are marked,
 * and sorted by kind, group and namespace, so that a plan does not depend on the order of its
 * manifests.
 */
export function sortTasks(drafts: readonly TaskDraft[]): readonly TaskDraft[] {
  const sorted = [...drafts].sort((a, b) => compare(a, b) || compareTied(a, b));
  sorted.forEach((task, index) => {
    const next = sorted[index + 1];
    if (next && task.key.kind !== next.key.kind && compare(task, next) === 0) {
      task.tied = true;
      next.tied = true;
    }
  });
  return sorted;
}

function compare(a: TaskDraft, b: TaskDraft): number {
  return (
    (a.phase === b.phase ? 0 : syncPhases.indexOf(a.phase) - syncPhases.indexOf(b.phase)) ||
    a.wave - b.wave ||
    (a.key.kind === b.key.kind ? 0 : kindRank(a.key.kind) - kindRank(b.key.kind)) ||
    compareBytes(a.key.name, b.key.name)
  );
}

function compareTied(a: TaskDraft, b: TaskDraft): number {
  return (
    compareBytes(a.key.kind, b.key.kind) ||
    compareBytes(a.key.group, b.key.group) ||
    compareBytes(a.key.namespace, b.key.namespace)
  );
}

/** What the groups depend on. */
export interface GroupOptions {
  /** The destination namespace if it must be created first; otherwise empty. */
  readonly missingNamespace: string;
  readonly dryRun: boolean;
}

/**
 * Splits sorted tasks into groups that run one after another, the tasks of a group in parallel. A
 * missing destination namespace is created first; in each wave, prunes come first, all together,
 * then consecutive tasks of the same kind (`Sync` and `runTasks` in sync_context.go). SyncFail
 * tasks are one step whatever their waves, and so is the whole of a dry run.
 */
export function groupTasks(
  sorted: readonly TaskDraft[],
  { missingNamespace, dryRun }: GroupOptions,
): readonly (readonly TaskDraft[])[] {
  const first = sorted.find((task) => makesNamespace(task, missingNamespace));
  const steps: TaskDraft[][] = [];
  for (const task of sorted) {
    if (task === first) continue;
    const step = steps.at(-1);
    if (step?.[0] && (dryRun || isOneStep(step[0], task))) step.push(task);
    else steps.push([task]);
  }
  return [...(first ? [[first]] : []), ...steps.flatMap(groupStep)];
}

function isOneStep(a: TaskDraft, b: TaskDraft): boolean {
  return a.phase === b.phase && (a.wave === b.wave || a.phase === 'SyncFail');
}

function groupStep(step: readonly TaskDraft[]): readonly (readonly TaskDraft[])[] {
  const prunes = step.filter(({ prune }) => prune !== undefined);
  const groups: TaskDraft[][] = prunes.length > 0 ? [prunes] : [];
  let kind: string | undefined;
  for (const task of step) {
    if (task.prune !== undefined) continue;
    if (task.key.kind === kind) groups.at(-1)?.push(task);
    else groups.push([task]);
    kind = task.key.kind;
  }
  return groups;
}

function makesNamespace({ key }: TaskDraft, name: string): boolean {
  return name !== '' && isNamespace(key, name);
}
