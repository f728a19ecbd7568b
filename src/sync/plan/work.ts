import { resourceId, type ResourceKey } from '../model/application.ts';
import { lint, type Finding } from './finding.ts';
import { hookDrafts, pruneDraft, resourceDraft, type TaskDraft } from './task-draft.ts';
import { hookRoleOf } from './hook.ts';
import { KeySet } from '../model/key-set.ts';
import type { Manifest } from './manifest.ts';
import type { OrderOptions } from './order.ts';
import { prunesLast, pruningOf } from './prune.ts';
import type { ManifestTarget } from './manifest-target.ts';

type WorkOptions = Pick<
  OrderOptions,
  'revision' | 'startedAt' | 'resources' | 'skipHooks' | 'prune' | 'pruneOption' | 'pruneLast'
>;

/** What a sync does with manifests. */
export interface Work {
  readonly drafts: readonly TaskDraft[];
  /** Everything but hooks, applied or not: what has a manifest is not pruned. */
  readonly resources: readonly ManifestTarget[];
  /** Hooks that this sync does not run. */
  readonly skippedHooks: readonly ResourceKey[];
  /** About what is applied, and about what is left out because of its annotations. */
  readonly findings: readonly Finding[];
}

/** Sorts targets into tasks and what is left out. */
export function targetWork(targets: readonly ManifestTarget[], options: WorkOptions): Work {
  const { revision = '', startedAt, resources: selection = [] } = options;
  const isSelected = selector(selection);
  const skipHooks = options.skipHooks === true || selection.length > 0;
  const drafts: TaskDraft[] = [];
  const resources: ManifestTarget[] = [];
  const skippedHooks: ResourceKey[] = [];
  const findings: Finding[] = [];
  for (const target of targets) {
    const { key, hook } = target;
    switch (hook.role) {
      case 'unknown':
        if (selection.length === 0) findings.push(...lint(target));
        break;
      case 'deletion':
        break;
      case 'hook':
        if (skipHooks) {
          skippedHooks.push(key);
          break;
        }
        drafts.push(...hookDrafts(target, { revision, startedAt }));
        findings.push(...lint(target));
        break;
      case 'skipped':
        resources.push(target);
        break;
      case 'resource':
        resources.push(target);
        if (!isSelected(clusterKey(target))) break;
        drafts.push(resourceDraft(target));
        findings.push(...lint(target));
        break;
    }
  }
  return { drafts, resources, skippedHooks, findings };
}

/**
 * The prunes: live objects without a target. Live hooks are never pruned, and neither are objects
 * marked `Skip` (getSyncTasks in sync_context.go).
 */
export function pruneWork(
  live: readonly Manifest[],
  resources: readonly ManifestTarget[],
  options: WorkOptions,
): readonly TaskDraft[] {
  if (live.length === 0) return [];
  const wanted = new Set(
    resources.flatMap(({ key }) => [resourceId(key), resourceId({ ...key, namespace: '' })]),
  );
  const { prune = false, pruneOption, pruneLast = false, resources: selection = [] } = options;
  const isSelected = selector(selection);
  return live
    .filter((object) => hookRoleOf(object).role === 'resource')
    .filter((object) => !wanted.has(resourceId(object)) && isSelected(object))
    .map((object) =>
      pruneDraft(
        object,
        pruningOf(object, { prune, pruneOption }),
        pruneLast || prunesLast(object),
      ),
    );
}

/** The selection knows cluster-scoped objects without a namespace. */
function clusterKey({ key, clusterScoped }: ManifestTarget): ResourceKey {
  return clusterScoped ? { ...key, namespace: '' } : key;
}

function selector(selection: readonly ResourceKey[]): (key: ResourceKey) => boolean {
  if (selection.length === 0) return () => true;
  const selected = new KeySet(selection);
  return (key) => selected.names(key);
}
