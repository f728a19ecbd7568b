import { isNamespace, type ResourceKey } from '../model/application.ts';
import { moveDependencies } from './dependency.ts';
import { namespaceDraft, type TaskDraft } from './task-draft.ts';
import { readManifestsInTurns, type Manifest } from './manifest.ts';
import { indexTasks, type Plan, type Task } from './plan.ts';
import { assignPruneWaves } from './prune.ts';
import { groupTasks, sortTasks } from './sequence.ts';
import { readTargets, type ManifestTarget } from './manifest-target.ts';
import { pruneWork, targetWork } from './work.ts';

/** What the order depends on besides the manifests. */
export interface OrderOptions {
  /** `spec.destination.namespace`; may be empty. */
  readonly destinationNamespace: string;
  /** The resolved revision; absent for an application with several sources. */
  readonly revision?: string;
  /** `startedAt` of the operation, milliseconds since the epoch: a part of generated names. */
  readonly startedAt?: number;
  /** Sync option `CreateNamespace=true`. */
  readonly createNamespace?: boolean;
  /**
   * Whether the destination namespace exists. Absent: it exists if it is in `live`; otherwise it is
   * taken to be missing exactly when `createNamespace` is set.
   */
  readonly namespaceExists?: boolean;
  /** `spec.syncPolicy.managedNamespaceMetadata` is set: a namespace that exists is applied, too. */
  readonly managedNamespaceMetadata?: boolean;
  /** The live objects that the application manages; those without a manifest are to be pruned. */
  readonly live?: readonly unknown[];
  /** Prune what has no manifest; otherwise it is listed as not pruned. */
  readonly prune?: boolean;
  /** Sync option `Prune=…`: `false` or `confirm`. */
  readonly pruneOption?: string;
  /** Sync option `PruneLast=true`. */
  readonly pruneLast?: boolean;
  /** Strategy `apply`. A selection of resources skips hooks in any case. */
  readonly skipHooks?: boolean;
  /** Exact resources of a selective sync; an empty namespace matches any. Empty: no selection. */
  readonly resources?: readonly ResourceKey[];
  /** A dry run forms its parallel groups across phases and waves, and lists prunes first. */
  readonly dryRun?: boolean;
}

/**
 * Plans a sync: what Argo CD does with a set of manifests, and in which order. It sorts by phase,
 * wave, kind and name, then moves Namespaces and definitions before what needs them (gitops-engine
 * pkg/sync/sync_tasks.go; checked against dry runs of a real controller in the ordering fixtures).
 * Takes manifests of any shape and never throws. It yields how many steps it has made since it
 * yielded last.
 */
export function* planInTurns(
  manifests: readonly unknown[],
  options: OrderOptions,
): Generator<number, Plan> {
  const targets = yield* readTargets(manifests, options.destinationNamespace);
  const work = targetWork(targets, options);
  yield targets.length * stepsOfEach;
  const live = (yield* readManifestsInTurns(options.live ?? [])).filter(
    (object) => object !== undefined,
  );
  const missing = isNamespaceMissing(live, options);
  const drafts = [
    ...work.drafts,
    ...pruneWork(live, work.resources, options),
    ...namespaceDrafts(work.resources, missing, options),
  ];
  assignPruneWaves(drafts);
  yield drafts.length * stepsOfEach;
  const sorted = sortTasks(drafts);
  yield drafts.length * stepsOfEach;
  const groups = groupTasks(moveDependencies(sorted), {
    missingNamespace: missing ? options.destinationNamespace : '',
    dryRun: options.dryRun === true,
  });
  const tasks = numberTasks(groups);
  yield tasks.length * stepsOfEach;
  const index = indexTasks(tasks);
  yield tasks.length * stepsOfEach;
  return {
    tasks,
    skippedHooks: work.skippedHooks,
    findings: work.findings,
    index,
  };
}

/** The cost of what is done with a manifest or a task between two turns, in comparisons. */
const stepsOfEach = 10;

function namespaceDrafts(
  resources: readonly ManifestTarget[],
  missing: boolean,
  { createNamespace, managedNamespaceMetadata, destinationNamespace }: OrderOptions,
): readonly TaskDraft[] {
  if (createNamespace !== true || destinationNamespace === '') return [];
  // A Namespace that is a hook does not count (autoCreateNamespace in sync_context.go).
  const declared = resources.some(({ key }) => isNamespace(key, destinationNamespace));
  const needed = missing || managedNamespaceMetadata === true;
  return needed && !declared ? [namespaceDraft(destinationNamespace)] : [];
}

function isNamespaceMissing(live: readonly Manifest[], options: OrderOptions): boolean {
  const { namespaceExists, createNamespace = false, destinationNamespace } = options;
  if (namespaceExists !== undefined) return !namespaceExists;
  return createNamespace && !live.some((object) => isNamespace(object, destinationNamespace));
}

function numberTasks(groups: readonly (readonly TaskDraft[])[]): readonly Task[] {
  const members = groups.flatMap((group, index) => group.map((task) => ({ task, group: index })));
  return members.map(({ task, group }, order) => ({
    key: task.key,
    phase: task.phase,
    wave: task.wave,
    order,
    group,
    hookType: task.hookTypes.length > 0 ? task.phase : undefined,
    hookTypes: task.hookTypes,
    deletePolicies: task.deletePolicies,
    generateName: task.generateName,
    prune: task.prune,
    waveless: task.phase === 'SyncFail',
    moved: task.moved,
    tied: task.tied,
  }));
}
